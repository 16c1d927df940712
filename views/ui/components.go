package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Each struct component draws itself, so that pages write @ui.Button{…} and
// pass components to one another as values.

// Render writes the text, escaped.
func (t Text) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, templ.EscapeString(string(t)))
	return err
}

// Render draws the button.
func (b Button) Render(ctx context.Context, w io.Writer) error { return button(b).Render(ctx, w) }

// Render draws the notice.
func (n Notice) Render(ctx context.Context, w io.Writer) error { return notice(n).Render(ctx, w) }

// Render draws the field.
func (f Input) Render(ctx context.Context, w io.Writer) error { return input(f).Render(ctx, w) }

// Render draws the field.
func (f TextArea) Render(ctx context.Context, w io.Writer) error { return textArea(f).Render(ctx, w) }

// Render draws the field.
func (f Select) Render(ctx context.Context, w io.Writer) error { return selectField(f).Render(ctx, w) }

// Render draws the field.
func (f Choices) Render(ctx context.Context, w io.Writer) error { return choices(f).Render(ctx, w) }

// Render draws the field.
func (f Checkbox) Render(ctx context.Context, w io.Writer) error { return checkbox(f).Render(ctx, w) }

// Render draws the field.
func (f DateTime) Render(ctx context.Context, w io.Writer) error { return dateTime(f).Render(ctx, w) }

// Render draws the table.
func (t Table) Render(ctx context.Context, w io.Writer) error { return table(t).Render(ctx, w) }

// Render draws the pager.
func (p Pager) Render(ctx context.Context, w io.Writer) error { return pager(p).Render(ctx, w) }

// Render draws the tabs.
func (t Tabs) Render(ctx context.Context, w io.Writer) error { return tabs(t).Render(ctx, w) }

// Render draws the stepper.
func (s Stepper) Render(ctx context.Context, w io.Writer) error { return stepper(s).Render(ctx, w) }

// Render draws the list.
func (s SummaryList) Render(ctx context.Context, w io.Writer) error {
	return summaryList(s).Render(ctx, w)
}

// Render draws the timeline.
func (t Timeline) Render(ctx context.Context, w io.Writer) error { return timeline(t).Render(ctx, w) }

// Render draws the bar.
func (p Progress) Render(ctx context.Context, w io.Writer) error { return progress(p).Render(ctx, w) }

// Render draws the tile.
func (s Stat) Render(ctx context.Context, w io.Writer) error { return stat(s).Render(ctx, w) }

// Render draws the empty state.
func (e Empty) Render(ctx context.Context, w io.Writer) error { return empty(e).Render(ctx, w) }

// Render draws the chip.
func (c Chip) Render(ctx context.Context, w io.Writer) error { return chip(c).Render(ctx, w) }

// Render draws the block.
func (c Code) Render(ctx context.Context, w io.Writer) error { return code(c).Render(ctx, w) }

// Render draws the time.
func (t When) Render(ctx context.Context, w io.Writer) error { return when(t).Render(ctx, w) }

// Render draws the form.
func (c Confirm) Render(ctx context.Context, w io.Writer) error { return confirm(c).Render(ctx, w) }

// Render draws the chart.
func (b BarChart) Render(ctx context.Context, w io.Writer) error { return barChart(b).Render(ctx, w) }
