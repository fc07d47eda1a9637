/** A button whose floating half arrives late: until then it is a plain one, and neither press nor focus is lost. */
import {
  cloneElement,
  type ComponentType,
  type ReactElement,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';
import { latePart } from './late-part.ts';

export type Trigger = ReactElement<{ onClick?: () => void; onFocus?: () => void; onBlur?: () => void }>;

/** What happened to the plain button: the part that takes its place begins there. */
export interface TriggerPast {
  readonly isOpenAtFirst: boolean;
  readonly hasFocusAtFirst: boolean;
}

/** A component that shows its trigger at once and becomes the loaded part when that is here. */
export function lateTrigger<Props extends { readonly trigger: Trigger }>(
  load: () => Promise<ComponentType<Props & TriggerPast>>,
): (props: Props) => ReactElement {
  const usePart = latePart(load);
  return function LateTrigger(props) {
    const Part = usePart();
    const [wasPressed, setPressed] = useState(false);
    const [hasFocus, setFocus] = useState(false);
    if (Part) return <Part {...props} isOpenAtFirst={wasPressed} hasFocusAtFirst={hasFocus} />;
    return cloneElement(props.trigger, {
      onClick: () => setPressed(true),
      onFocus: () => setFocus(true),
      onBlur: () => setFocus(false),
    });
  };
}

/** For the button that takes the place of the plain one: it takes its focus too. */
export function useKeptFocus(hasFocusAtFirst: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (hasFocusAtFirst) button.current?.focus();
  }, [hasFocusAtFirst]);
  return button;
}
