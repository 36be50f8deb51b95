package sequences

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// atOnce bounds the requests that are under way.
const atOnce = 16

// play is a sequence as it is played: once under cmkgate's guard, once without.
type play struct {
	sequence

	guarded, twin *side
	// outcomes are those of the guarded side, by step; twins those of the other, where the operation was made there too.
	outcomes   []outcome
	twins      map[int]outcome
	violations []violation
	// done has, for each side, the changes that AWS made so far.
	guardedChanges, twinChanges map[string]int
}

// player plays sequences in one lab. Sides are named by a number that no two of them share.
type player struct {
	lab      *lab
	observer *observer
	sides    int
}

func newPlayer(l *lab) *player {
	return &player{lab: l, observer: &observer{lab: l}}
}

func (p *player) seat(s sequence) *play {
	p.sides++
	return &play{
		sequence:       s,
		guarded:        &side{lab: p.lab, name: fmt.Sprintf("g%d", p.sides), guarded: true, specs: map[string]int{}},
		twin:           &side{lab: p.lab, name: fmt.Sprintf("t%d", p.sides), specs: map[string]int{}},
		twins:          map[int]outcome{},
		guardedChanges: map[string]int{}, twinChanges: map[string]int{},
	}
}

// play plays sequences that share their operations on the lab, in lock-step.
func (p *player) play(ctx context.Context, sequences []sequence) ([]*play, error) {
	if err := p.lab.reset(ctx); err != nil {
		return nil, err
	}
	if p.lab.templates == nil && slices.ContainsFunc(sequences, sequence.needsTemplates) {
		if err := p.lab.learnTemplates(ctx); err != nil {
			return nil, err
		}
	}
	plays := make([]*play, 0, len(sequences))
	var sides []*side
	steps := 0
	for _, s := range sequences {
		seated := p.seat(s)
		plays = append(plays, seated)
		sides = append(sides, seated.guarded, seated.twin)
		steps = max(steps, len(s.operations))
	}
	if err := inParallel(sides, func(s *side) error { return s.prepare(ctx) }); err != nil {
		return nil, err
	}
	for step := range steps {
		if err := p.step(ctx, plays, step); err != nil {
			return nil, err
		}
		if err := p.look(ctx, sides); err != nil {
			return nil, err
		}
		for _, played := range plays {
			played.judge(step, p.lab.enforced, p.lab.controllersUp)
		}
	}
	return plays, p.end(ctx, plays, sides, steps)
}

// step makes one operation of each sequence, or the one that all share.
func (p *player) step(ctx context.Context, plays []*play, step int) error {
	for _, played := range plays {
		if step < len(played.operations) && played.operations[step].Do.isGlobal() {
			return p.lab.do(ctx, played.operations[step].Do)
		}
	}
	return inParallel(plays, func(played *play) error {
		played.make(ctx, step)
		return nil
	})
}

// make makes an operation on both sides; what of it cmkgate refuses, on none.
func (p *play) make(ctx context.Context, step int) {
	if step >= len(p.operations) {
		return
	}
	for len(p.outcomes) < step {
		p.outcomes = append(p.outcomes, outcome{})
	}
	var got, twin outcome
	for _, part := range p.operations[step].parts() {
		answer := p.guarded.do(ctx, part)
		got = got.and(answer)
		if !answer.refused() {
			twin = twin.and(p.twin.do(ctx, part))
		}
	}
	p.outcomes, p.twins[step] = append(p.outcomes, got), twin
}

func (p *player) look(ctx context.Context, sides []*side) error {
	if p.lab.controllersUp {
		if err := p.lab.settle(ctx); err != nil {
			return err
		}
	}
	return p.observer.observe(ctx, sides)
}

// end has the controllers look at everything once more, compares with the twins, and has everything deleted.
func (p *player) end(ctx context.Context, plays []*play, sides []*side, step int) error {
	if err := p.lab.do(ctx, doRestartControllers); err != nil {
		return err
	}
	if err := p.look(ctx, sides); err != nil {
		return err
	}
	for _, played := range plays {
		played.judge(step, p.lab.enforced, p.lab.controllersUp)
		played.judgeTwin(step)
		played.judgeExpectations()
	}
	if err := inParallel(sides, func(s *side) error { return s.removeAll(ctx) }); err != nil {
		return err
	}
	if err := p.awaitDeletions(ctx, plays, sides); err != nil {
		return err
	}
	for _, played := range plays {
		played.judgeDeletion(step + 1)
	}
	_ = inParallel(sides, func(s *side) error { s.letGo(ctx); return nil })
	p.forget(sides)
	return nil
}

// awaitDeletions restarts the controllers until what goes without cmkgate is gone with it as well, a few times: ACK
// lets 30 s pass between stopping and deleting a notebook, and more where it was changing it; one that starts again
// does not.
func (p *player) awaitDeletions(ctx context.Context, plays []*play, sides []*side) error {
	const tries = 3
	for range tries {
		if err := p.lab.settle(ctx); err != nil {
			return err
		}
		if err := p.lab.do(ctx, doRestartControllers); err != nil {
			return err
		}
		if err := p.look(ctx, sides); err != nil {
			return err
		}
		if !slices.ContainsFunc(plays, func(p *play) bool { return len(p.undeleted()) > 0 }) {
			return nil
		}
	}
	return nil
}

func (p *player) forget(sides []*side) {
	ours := map[string]bool{}
	for _, s := range sides {
		ours[s.name] = true
	}
	p.lab.aws.Forget(func(name string) bool { return ours[sideOf(name)] })
	p.observer.requests = 0
}

// inParallel does something for each of many, some at once.
func inParallel[T any](all []T, do func(T) error) error {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		errs  []error
	)
	slots := make(chan struct{}, atOnce)
	for _, one := range all {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if err := do(one); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
