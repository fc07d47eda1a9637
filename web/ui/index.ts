/** The design system: every control, figure and state a page is made of. Pages style nothing beyond layout. */
export {
  Button,
  ButtonLink,
  type ButtonKind,
  type ButtonProps,
  IconButton,
  type IconButtonProps,
  Spinner,
  TextLink,
} from './button.tsx';
export { Checkbox, RadioGroup, Switch } from './choice.tsx';
export { Combobox } from './combobox.tsx';
export { cx } from './cx.ts';
export { ConfirmDialog, Dialog } from './dialog.tsx';
export { Drawer } from './drawer.tsx';
export { Field, PasswordField, SearchField, TextArea, TextField } from './field.tsx';
export { Count, DateText, Delta, Money, Percent, Points, Quantity, RelativeTime } from './figures.tsx';
export { Kbd } from './kbd.tsx';
export { Menu, type MenuEntry } from './menu.tsx';
export { NumberField } from './number-field.tsx';
export { problemText, type ProblemText, type ProblemWords } from './problem-text.ts';
export { type Choice, Select } from './select.tsx';
export { Async, EmptyState, ErrorState, FormProblem, Skeleton } from './states.tsx';
export { Badge, Card, Kpi, KpiGrid, PageHeader, Stack, StatusDot, type Tone } from './surface.tsx';
export { type Segment, SegmentedControl, type TabPart, Tabs } from './tabs.tsx';
export { toast, Toasts } from './toast.tsx';
export { Tooltip } from './tooltip.tsx';
