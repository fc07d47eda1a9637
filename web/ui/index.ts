/** The design system: every control, figure and state a page is made of. Pages style nothing beyond layout. */
export { AttentionGap, AttentionList, AttentionRow, type CountAttention } from './attention.tsx';
export {
  Button,
  buttonClass,
  ButtonLink,
  type ButtonKind,
  type ButtonProps,
  IconButton,
  type IconButtonProps,
} from './button.tsx';
export { type ChartFigure, type Marker, type Point, type Range, type Series } from './chart-series.ts';
export { Checkbox } from './checkbox.tsx';
export { RadioGroup } from './radio-group.tsx';
export { Switch } from './switch.tsx';
export { type Segment, SegmentedControl } from './segmented-control.tsx';
export { Combobox } from './combobox.tsx';
export { cx } from './cx.ts';
export { ConfirmDialog, Dialog } from './dialog.tsx';
export { Drawer } from './drawer.tsx';
export { Field, PasswordField, TextArea, TextField } from './field.tsx';
export { Count, DateText, Delta, Money, Percent, Points, Quantity, RelativeTime } from './figures.tsx';
export { FileDrop } from './file-drop.tsx';
export { Kbd } from './kbd.tsx';
export { LineChart } from './line-chart.tsx';
export { Menu, type MenuEntry } from './menu.tsx';
export { lateTrigger, type Trigger, type TriggerPast, useKeptFocus } from './late-trigger.tsx';
export { NumberField } from './number-field.tsx';
export { type ProblemText, type ProblemWords } from './problem-text.ts';
export { Progress, Ribbon, type Step, Stepper } from './progress.tsx';
export { saveBlob, saveText } from './save-text.ts';
export { SearchField } from './search-field.tsx';
export { type Choice, Select } from './select.tsx';
export { ShownOnceDialog } from './shown-once-dialog.tsx';
export { Donut, type Slice, Sparkline } from './small-charts.tsx';
export { Async, EmptyState, ErrorState, FormProblem, Skeleton } from './states.tsx';
export { Badge, Card, Kpi, KpiGrid, PageHeader, Stack, StatusDot, type Tone } from './surface.tsx';
export { type Column, toCsv } from './table-columns.ts';
export { Table, type TableProps } from './table.tsx';
export { type TabPart, Tabs } from './tabs.tsx';
export { toast, Toasts } from './toast.tsx';
export { TooltipHost } from './tooltip.tsx';
