package commands

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"textdesk/db"
	"textdesk/desk"
	"textdesk/dispatch"
	"textdesk/handlers"
)

// drainTime is how long requests and calls in flight may go on after a signal.
const drainTime = 25 * time.Second

func serveFlags(fs *flag.FlagSet, in *invocation) {
	in.config.serveFlags(fs)
	fs.BoolVar(&in.opts.demo, "demo", false, "serve a throw-away desk full of realistic data")
	fs.IntVar(&in.opts.demoSize, "demo-size", 5000, "`messages` in the demonstration")
	fs.BoolVar(&in.opts.dev, "dev", false, "show the component gallery at /_ui")
}

// serve runs the desk until it is told to stop.
func serve(ctx context.Context, in *invocation) (err error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer func() {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			err = nil // told to stop while it was starting
		}
	}()
	log, err := in.config.logger(in.Err)
	if err != nil {
		return err
	}
	slog.SetDefault(log) // what libraries print goes the same way
	base, err := in.config.base()
	if err != nil {
		return err
	}
	proxies, err := in.config.proxies()
	if err != nil {
		return err
	}
	if in.opts.demo {
		remove, err := in.useDemoDirectory()
		if err != nil {
			return err
		}
		defer remove()
	}
	if err := os.MkdirAll(in.config.data, 0o700); err != nil {
		return fmt.Errorf("the data directory cannot be made: %w", err)
	}
	unlock, err := db.Lock(in.config.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	o, err := in.config.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if err := o.desk.EnsureKey(ctx); err != nil {
		return fmt.Errorf("%w; if that key is lost, textdesk key adopt goes on with this one", err)
	}
	if err := o.desk.EnsureProvider(ctx); err != nil {
		return err
	}
	banner := ""
	if in.opts.demo {
		if banner, err = in.fillDemo(ctx, o); err != nil {
			return err
		}
	}
	listener, err := listen(in.config.listen)
	if err != nil {
		return err
	}
	handler := handlers.New(handlers.Config{Desk: o.desk, Log: log, BaseURL: base, TrustedProxies: proxies,
		CookieKeys:  [2][]byte{o.vault.Key("cookie signature", 32), o.vault.Key("cookie seal", 32)},
		Development: in.opts.dev, Banner: banner, Version: Version})
	address := "http://" + reachable(listener.Addr())
	if base != nil {
		address = strings.TrimRight(base.String(), "/")
	}
	link, err := setupLink(ctx, o.desk, address)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return run(ctx, log, o.desk, base, listener, handler, func() { fmt.Fprintf(in.Out, "Textdesk is ready at %s/\n%s", address, link) })
}

// setupLink is the line with the link that lets the first administrator in; ""
// for a desk that has one.
func setupLink(ctx context.Context, d *desk.Desk, address string) (string, error) {
	empty, err := d.Empty(ctx)
	if err != nil || !empty {
		return "", err
	}
	token, err := d.NewSetupToken(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("Set it up in a browser, with this link that works once: %s/setup?token=%s\n", address, token), nil
}

// listen opens the address, and says in one sentence what is wrong with it.
func listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("another program already listens on %s; stop it, or choose another address with --listen", address)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return listener, nil
}

// reachable is how a browser on this machine gets to an address.
func reachable(at net.Addr) string {
	if tcp, ok := at.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return at.String()
}

// run serves and dispatches until ctx ends, then lets both finish what they
// have in hand.
func run(ctx context.Context, log *slog.Logger, d *desk.Desk, base *url.URL, listener net.Listener, handler http.Handler, ready func()) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	failures := make(chan error, 2)
	dispatcher := dispatch.New(d, dispatch.Options{Log: log, Drain: drainTime, BaseURL: base, Reports: handlers.ReportPrinter{}})
	work.Go(func() {
		if err := dispatcher.Run(ctx); err != nil {
			failures <- err
		}
	})
	work.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failures <- err
		}
	})
	ready()
	_, _ = daemon.SdNotify(false, daemon.SdNotifyReady)
	var err error
	select {
	case <-ctx.Done():
	case err = <-failures:
	}
	_, _ = daemon.SdNotify(false, daemon.SdNotifyStopping)
	stop()
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if shutdownErr := server.Shutdown(drain); shutdownErr != nil {
		_ = server.Close()
	}
	work.Wait()
	// Nobody calls any more: what the last ones said goes on record.
	keep, done := context.WithTimeout(context.Background(), 5*time.Second)
	defer done()
	return errors.Join(err, d.KeepCalls(keep))
}
