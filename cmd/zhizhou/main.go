// Command zhizhou is the whole platform in one binary.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"zhizhou/internal/account"
	"zhizhou/internal/app"
	"zhizhou/internal/document"
	"zhizhou/internal/errs"
)

const usage = `知舟 Zhizhou: self-hosted paid knowledge

  zhizhou serve [-demo]          serve; -demo seeds a demo school and switches the sandbox on
  zhizhou migrate                bring the database to this version and stop
  zhizhou admin create LOGIN     make an owner of the console; the password is read from standard input
  zhizhou course export ID [-o FILE]   write a whole course into one file
  zhizhou course import FILE           make a draft of such a file
  zhizhou doctor                 audit money and access; prints OK or the rows that are wrong
  zhizhou recommend eval         what recommendations would have hit of what learners took later
  zhizhou openapi                print the API description

Configuration comes from the environment: see docs/configuration.md.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(os.Stderr, usage)
			os.Exit(2)
		}
		fmt.Fprintln(os.Stderr, "zhizhou:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return flag.ErrHelp
	}
	if args[0] == document.WorkerName { // the server's child: no configuration, no secrets
		return document.Worker(args[1:], os.Stdout)
	}
	cfg, err := app.FromEnv()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	switch args[0] {
	case "serve":
		return serve(ctx, cfg, log, args[1:])
	case "migrate", "doctor", "admin", "openapi", "course", "recommend":
		return tool(ctx, cfg, log, args)
	}
	return flag.ErrHelp
}

func serve(ctx context.Context, cfg app.Config, log *slog.Logger, args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	demo := flags.Bool("demo", false, "seed a demo school and switch the sandbox on")
	if err := flags.Parse(args); err != nil {
		return flag.ErrHelp
	}
	cfg.Sandbox = cfg.Sandbox || *demo
	if _, said := os.LookupEnv("LIVE_ADDR"); *demo && !said {
		cfg.LiveAddr = app.DemoLiveAddr()
	}
	// The port is taken before anything else, so that a second copy stops at once
	// and leaves the data alone.
	l, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer a.Close()
	notes, err := a.Welcome(ctx, *demo)
	if err != nil {
		return err
	}
	fmt.Println(notes)
	return a.Serve(ctx, l)
}

func tool(ctx context.Context, cfg app.Config, log *slog.Logger, args []string) error {
	// An audit of a wrong folder must not make an empty shop there and call it sound.
	if (args[0] == "doctor" || args[0] == "recommend") && !cfg.Exists() {
		return fmt.Errorf("there is no database at %s: set DATA_DIR or DATABASE_URL as for serve", cfg.DatabaseURL)
	}
	a, err := app.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer a.Close()
	switch strings.Join(args[:min(2, len(args))], " ") {
	case "migrate":
		fmt.Println("the database is up to date")
		return nil
	case "openapi":
		raw, err := a.OpenAPI()
		fmt.Print(string(raw))
		return err
	case "recommend eval":
		r, err := a.Recommend.Evaluate(ctx, 20, 20)
		fmt.Println(r)
		return err
	case "doctor":
		rows, err := a.Doctor(ctx)
		for _, r := range rows {
			fmt.Println(r)
		}
		if err == nil && len(rows) > 0 {
			err = fmt.Errorf("%d findings", len(rows))
		}
		if err == nil {
			fmt.Println("OK")
		}
		return err
	case "course export", "course import":
		return course(ctx, a, args[1:])
	case "admin create":
		if len(args) != 3 {
			return flag.ErrHelp
		}
		fmt.Fprint(os.Stderr, "password (at least 10 characters): ")
		password, err := readSecret()
		if err != nil {
			return err
		}
		s, err := a.Account.CreateStaff(ctx, account.NewStaff{Login: args[2], Name: args[2], Role: "owner", Password: password})
		var refused *errs.E
		if errors.As(err, &refused) {
			return errors.New(refused.Msg)
		}
		if err == nil {
			fmt.Printf("owner %s made; sign in at /admin/ of the running server and set up the second factor\n", s.Login)
		}
		return err
	}
	return flag.ErrHelp
}
