package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"zhizhou/internal/app"
	"zhizhou/internal/audit"
	"zhizhou/internal/errs"
)

// course runs "course export ID [-o FILE]" and "course import FILE".
func course(ctx context.Context, a *app.App, args []string) error {
	ctx = audit.WithActor(ctx, audit.Actor{Kind: "system", Name: "命令行"})
	flags := flag.NewFlagSet("course", flag.ContinueOnError)
	out := flags.String("o", "", "file to write")
	if len(args) < 2 || flags.Parse(args[2:]) != nil || flags.NArg() > 0 {
		return flag.ErrHelp
	}
	var err error
	if args[0] == "export" {
		err = exportCourse(ctx, a, args[1], *out)
	} else {
		err = importCourse(ctx, a, args[1])
	}
	var refused *errs.E
	if errors.As(err, &refused) && refused.Kind != errs.Internal {
		return errors.New(refused.Msg)
	}
	return err
}

func exportCourse(ctx context.Context, a *app.App, which, out string) error {
	courseID, err := strconv.ParseInt(which, 10, 64)
	if err != nil {
		return flag.ErrHelp
	}
	p, err := a.Version.Export(ctx, 0, courseID)
	if err != nil {
		return err
	}
	if out == "" {
		out = "course-" + which + ".zip"
	}
	// Beside its place first: what was cut off must not look whole.
	f, err := os.CreateTemp(filepath.Dir(out), ".course-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	err = errors.Join(p.Write(ctx, f), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), out)
	}
	if err == nil {
		_, _ = fmt.Fprintf(io.Writer(os.Stdout), "%s written\n", out)
	}
	return err
}

func importCourse(ctx context.Context, a *app.App, file string) error {
	courseID, err := a.Version.Import(ctx, 0, file, filepath.Base(file))
	if err != nil {
		return err
	}
	_, rep, _, err := a.Version.ImportOf(ctx, 0, courseID)
	if err != nil {
		return err
	}
	fmt.Printf("course %d made as a draft: %d chapters, %d lessons, %d attachments, %d files, %d questions\n", courseID, rep.Chapters, rep.Lessons, rep.Attachments, rep.Materials, rep.Questions)
	for _, l := range rep.Left {
		fmt.Printf("  not brought: %s: %s\n", l.Name, l.Why)
	}
	return nil
}
