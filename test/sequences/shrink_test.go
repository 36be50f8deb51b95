package sequences

import (
	"context"
	"slices"
)

// shrink takes out of a failing sequence what it fails without. Each round plays the sequence without each of its
// operations, all at once; what could be omitted alone is then omitted together, as far as it still fails. Places are
// kept, so that the operations on the lab stay where they are.
func (p *player) shrink(ctx context.Context, failing sequence, broken invariant) (sequence, error) {
	for range len(failing.operations) {
		var without []sequence
		var left []int
		for i, o := range failing.operations {
			if o.Do != doNothing {
				without = append(without, failing.leave(i))
				left = append(left, i)
			}
		}
		needless, err := p.needless(ctx, without, left, broken)
		if err != nil || len(needless) == 0 {
			return failing, err
		}
		together := failing.leave(needless...)
		plays, err := p.play(ctx, []sequence{together})
		if err != nil {
			return failing, err
		}
		if plays[0].breaks(broken) {
			failing = together
			continue
		}
		failing = failing.leave(needless[0])
	}
	return failing, nil
}

// needless are the operations without which a sequence still fails.
func (p *player) needless(ctx context.Context, without []sequence, left []int, broken invariant) ([]int, error) {
	var out []int
	for i := range without {
		without[i].seed = int64(left[i]) // distinguishes them
	}
	for _, batch := range batches(without, batchSize) {
		plays, err := p.play(ctx, batch)
		if err != nil {
			return nil, err
		}
		for _, played := range plays {
			if played.breaks(broken) {
				out = append(out, int(played.seed))
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// leave is the sequence without some of its operations.
func (s sequence) leave(steps ...int) sequence {
	s.operations = slices.Clone(s.operations)
	for _, step := range steps {
		s.operations[step] = operation{}
	}
	return s
}

func (p *play) breaks(i invariant) bool {
	return slices.ContainsFunc(p.violations, func(v violation) bool { return v.invariant == i })
}
