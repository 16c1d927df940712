// Package handlers is the front door: the pages for staff, the callbacks of
// providers, and the house's plumbing. A handler reads the request, calls one
// desk verb and renders; it has no rule of its own. routes.go lists every
// route with who may use it. The API doors are packages of their own.
package handlers
