// Package forward hands received texts on to addresses that people configure,
// with the parameters of FastSMS's inbound forwarding. It holds the client for
// all such addresses: one that does not let itself be led into the network that
// the desk stands in, that waits for nobody for long, and that reads no more of
// an answer than is shown. It keeps nothing, tries nothing twice and logs
// nothing.
package forward
