package commands

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// Streams are where a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// command is one word of the command line.
type command struct {
	name  string // "user add"
	args  string // "NAME", "[FILE]" for one that can be left out
	about string
	run   func(ctx context.Context, in *invocation) error
	flags func(*flag.FlagSet, *invocation)
	// begins: it may be the first command on a data directory, and makes the desk.
	begins bool
}

// invocation is one use of a command.
type invocation struct {
	Streams
	config Config
	begins bool     // command.begins
	args   []string // what is left after the flags
	opts   options
}

var commands = []command{
	{name: "serve", about: "serve the desk", run: serve, flags: serveFlags},
	{name: "user add", args: "NAME", about: "create a user", run: userAdd, flags: userAddFlags, begins: true},
	{name: "user token", args: "NAME", about: "make an API token and print it", run: userToken},
	{name: "user key", args: "NAME", about: "make a feedzon service key and print it", run: userKey, flags: userKeyFlags},
	{name: "user list", about: "list the users", run: userList},
	{name: "user suspend", args: "NAME", about: "keep a user out", run: userSuspend},
	{name: "user resume", args: "NAME", about: "let a suspended user in again", run: userResume},
	{name: "user credits", args: "NAME N", about: "move credits to a user, or back with a minus sign", run: userCredits},
	{name: "user cap", args: "NAME N", about: "limit the credits that a user can use in a day; 0 lifts the limit", run: userCap},
	{name: "user limits", args: "NAME", about: "change what a user may, as on their page, or say what it is", run: userLimits, flags: userLimitsFlags},
	{name: "user change", args: "NAME", about: "change a user's name, level, address or alerts", run: userChange, flags: userChangeFlags},
	{name: "user password", args: "NAME", about: "give a user another password", run: userPassword, flags: passwordFlags},
	{name: "user link", args: "NAME", about: "end a user's sessions and print a one-time link for a new password", run: userLink, flags: linkFlags},
	{name: "user unlimited", args: "NAME ON|OFF", about: "have a user's credits not be counted, or counted again", run: userUnlimited},
	{name: "user move", args: "NAME PARENT", about: "put a user under another administrator", run: userMove},
	{name: "user archive", args: "NAME", about: "let a user out for good; their credits go back", run: userArchive},
	{name: "user restore", args: "NAME", about: "bring an archived user back and print a one-time link for a password", run: userRestore, flags: linkFlags},
	{name: "user second-factor-off", args: "NAME", about: "take away a second factor that was lost", run: userSecondFactorOff},
	{name: "maintenance on", about: "close the desk to all but administrators; what was accepted goes on", run: maintenanceOn, flags: maintenanceFlags},
	{name: "maintenance off", about: "open the desk again", run: maintenanceOff},
	{name: "provider add", args: "NAME", about: "add an upstream provider", run: providerAdd, flags: providerAddFlags, begins: true},
	{name: "provider change", args: "NAME", about: "change a provider's settings or pace", run: providerChange, flags: providerSetFlags},
	{name: "provider list", about: "list the providers", run: providerList},
	{name: "provider test", args: "NAME", about: "ask a provider for its balance", run: providerTest},
	{name: "provider default", args: "NAME", about: "route messages to a provider from now on", run: providerDefault},
	{name: "provider pause", args: "NAME", about: "keep messages from leaving through a provider", run: providerPause},
	{name: "provider resume", args: "NAME", about: "let what waits for a paused provider go on", run: providerResume},
	{name: "provider remove", args: "NAME", about: "forget a provider and its credentials", run: providerRemove},
	{name: "number add", args: "NUMBER", about: "register a number that texts come in on, and where they are forwarded to", run: numberAdd, flags: numberFlags, begins: true},
	{name: "number list", about: "list the numbers that texts come in on", run: numberList},
	{name: "number remove", args: "NUMBER", about: "forget a number; what came in on it stays", run: numberRemove},
	{name: "number allow", args: "HOST", about: "let texts be forwarded to a host within your own network", run: numberAllow},
	{name: "number forbid", args: "HOST", about: "take that back", run: numberForbid},
	{name: "backup", args: "[FILE]", about: "make a verified copy of the database, also while the desk sends", run: backup},
	{name: "restore", args: "FILE", about: "put a backup in the place of the database; sending is held until an administrator releases it", run: restore, flags: restoreFlags},
	{name: "rollback", about: "put back the copy that was made before the last upgrade", run: rollback},
	{name: "key adopt", about: "use the present secret key from now on, when the one before is lost", run: newKey},
	{name: "check", about: "prove that balances, counters and messages agree", run: check},
	{name: "support", about: "print a report for whoever helps, without names, numbers, texts or credentials", run: support},
	{name: "migrate", about: "bring the database up to this version", run: migrate},
	{name: "healthcheck", about: "ask the running desk whether it is well", run: healthcheck, flags: serveFlags},
	{name: "version", about: "print the version", run: version},
}

// Run does what the command line says and returns the exit code: 0, 1 when it
// was refused or failed, 2 when it was not understood.
func Run(ctx context.Context, args []string, st Streams) int {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") && !isHelp(args[0]) {
		args = append([]string{"serve"}, args...)
	}
	if isHelp(args[0]) {
		usage(st.Out)
		return 0
	}
	cmd, rest, ok := find(args)
	if !ok {
		fmt.Fprintf(st.Err, "textdesk: there is no command %q; see textdesk help\n", strings.Join(args[:min(2, len(args))], " "))
		return 2
	}
	in, err := parse(cmd, rest, st)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintf(st.Err, "textdesk %s: %v\n", cmd.name, err)
		return 2
	}
	if err := cmd.run(ctx, in); err != nil {
		fmt.Fprintf(st.Err, "textdesk: %s\n", oneSentence(in.config.explain(err)))
		return 1
	}
	return 0
}

func isHelp(arg string) bool {
	return arg == "help" || arg == "-h" || arg == "-help" || arg == "--help"
}

// find matches the longest command name at the start of args.
func find(args []string) (command, []string, bool) {
	for words := min(2, len(args)); words > 0; words-- {
		name := strings.Join(args[:words], " ")
		for _, c := range commands {
			if c.name == name {
				return c, args[words:], true
			}
		}
	}
	return command{}, nil, false
}

// parse reads flags and arguments in any order: "user add sam --level admin".
func parse(cmd command, args []string, st Streams) (*invocation, error) {
	in := &invocation{Streams: st, begins: cmd.begins}
	fs := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // whoever calls says what is wrong, in one sentence
	fs.Usage = func() {}
	in.config.storeFlags(fs)
	if cmd.flags != nil {
		cmd.flags(fs, in)
	}
	var below []string // a number below zero is no flag
	if strings.HasSuffix(cmd.args, " N") {
		args, below = cutNegative(args)
	}
	for {
		if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
			cmd.help(st.Out, fs)
			return nil, err
		} else if err != nil {
			return nil, fmt.Errorf("%w; see textdesk %s --help", err, cmd.name)
		}
		if fs.NArg() == 0 {
			break
		}
		in.args = append(in.args, fs.Arg(0))
		args = fs.Args()[1:]
	}
	in.args = append(in.args, below...)
	most := len(strings.Fields(cmd.args))
	least := most - strings.Count(cmd.args, "[")
	if len(in.args) < least || len(in.args) > most {
		return nil, fmt.Errorf("usage: textdesk %s", strings.TrimSpace(cmd.name+" "+cmd.args))
	}
	return in, fromEnvironment(fs, os.LookupEnv)
}

// help tells a command's flags, as people type them.
func (cmd command) help(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "usage: textdesk %s\n%s.\n", strings.Join(strings.Fields(cmd.name+" "+cmd.args+" [flags]"), " "), cmd.about)
	fs.VisitAll(func(f *flag.Flag) {
		value, about := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  --%s\n    \t%s", strings.TrimSpace(f.Name+" "+value), about)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			fmt.Fprintf(w, " (%s unless said)", f.DefValue)
		}
		fmt.Fprintln(w)
	})
}

// cutNegative takes the numbers below zero out of args.
func cutNegative(args []string) (rest, negative []string) {
	for _, a := range args {
		if len(a) > 1 && a[0] == '-' && strings.Trim(a[1:], "0123456789") == "" {
			negative = append(negative, a)
		} else {
			rest = append(rest, a)
		}
	}
	return rest, negative
}

// usage lists the commands.
func usage(w io.Writer) {
	fmt.Fprint(w, "Textdesk, a self-hosted SMS desk for offices.\n\nusage: textdesk [command] [flags]\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-24s %s\n", strings.TrimSpace(c.name+" "+c.args), c.about)
	}
	fmt.Fprint(w, "\nWithout a command it serves. textdesk COMMAND --help tells a command's flags.\n")
}

// oneSentence makes an error fit for the console: no stack, no second line.
func oneSentence(err error) string {
	text, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return text
}
