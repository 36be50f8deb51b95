package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/metadata"
)

const uninstallUsage = `cmkgate-webhook uninstall removes both webhook configurations while the replicas still
answer, and waits until API servers have picked up the change. The chart runs it as
its pre-delete hook; the rest of the release is removed afterwards.

Usage:
  cmkgate-webhook uninstall --webhook-configuration cmkgate

Flags:
`

// uninstall takes cmkgate out of the path of requests.
type uninstall struct {
	configuration string
	propagation   time.Duration
	timeout       time.Duration
}

func uninstallCommand() command {
	return command{uninstallUsage, func(fs *flag.FlagSet) func(context.Context, io.Writer) error {
		var u uninstall
		var kubeconfig string
		fs.StringVar(&u.configuration, "webhook-configuration", "", "`name` of both webhook configurations")
		fs.DurationVar(&u.propagation, "propagation", 5*time.Second, "how long to wait afterwards, because API servers notice the removal with a delay")
		fs.DurationVar(&u.timeout, "timeout", time.Minute, "how long to try to remove them")
		addKubeconfig(fs, &kubeconfig)
		return func(ctx context.Context, out io.Writer) error {
			if u.configuration == "" {
				return errors.New("--webhook-configuration is missing: set the webhook configurations to remove")
			}
			config, err := restConfig(kubeconfig)
			if err != nil {
				return err
			}
			client, err := metadata.NewForConfig(config)
			if err != nil {
				return fmt.Errorf("create a client for the API server: %w", err)
			}
			return u.run(ctx, client, out)
		}
	}}
}

// run removes validation first: it is better to change an object without validation than to refuse it.
func (u uninstall) run(ctx context.Context, client metadata.Interface, out io.Writer) error {
	removing, cancel := context.WithTimeout(ctx, u.timeout)
	defer cancel()
	removed := false
	for _, resource := range []string{"validatingwebhookconfigurations", "mutatingwebhookconfigurations"} {
		one := client.Resource(schema.GroupVersionResource{Group: "admissionregistration.k8s.io", Version: "v1", Resource: resource})
		was, err := u.remove(removing, one)
		if err != nil {
			return fmt.Errorf("remove %s %s: %w. Remove it by hand: kubectl delete %s %s", resource, u.configuration, err, resource, u.configuration)
		}
		state := "did not exist"
		if was {
			state, removed = "removed", true
		}
		fmt.Fprintf(out, "%s %s: %s\n", resource, u.configuration, state) //nolint:errcheck // a log that is gone is not a failure
	}
	if !removed {
		return nil
	}
	fmt.Fprintf(out, "waiting %s for API servers to notice\n", u.propagation) //nolint:errcheck // as above
	return sleep(ctx, u.propagation)
}

// remove reports whether the configuration was there, and returns once it
// is gone. Whatever keeps the API server from answering may pass.
func (u uninstall) remove(ctx context.Context, resource metadata.ResourceInterface) (was bool, err error) {
	var last error
	err = wait.PollUntilContextCancel(ctx, time.Second, true, func(ctx context.Context) (bool, error) {
		last = resource.Delete(ctx, u.configuration, metav1.DeleteOptions{})
		if apierrors.IsNotFound(last) {
			return true, nil
		}
		if last == nil {
			// The next turn reports whether a finalizer or another hand keeps it.
			was, last = true, errors.New("it still exists: a finalizer keeps it, or something recreates it")
			return false, nil
		}
		return false, forbidden(last)
	})
	if err != nil && last != nil {
		return was, last // says more than that time is up
	}
	return was, err
}

// forbidden is an error that trying again does not cure.
func forbidden(err error) error {
	if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
		return err
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
