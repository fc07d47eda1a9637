/** Filters, periods and tabs live in the address, so that Back undoes them and a link shows the same screen. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';

/** A parameter of the page's path: `/carteras/$portfolioId`. Missing is a mistake of the caller. */
export function usePathParam(name: string): string {
  const params: Readonly<Record<string, string | undefined>> = useParams({ strict: false });
  const value = params[name];
  if (value === undefined) throw new TypeError(`usePathParam: the page's path has no $${name}`);
  return value;
}

/** One value of the query (`?periodo=1M`), with its default left out of the address. */
export function useUrlState<Value extends string>(
  name: string,
  initial: Value,
  allowed?: readonly Value[],
): readonly [value: Value, setValue: (value: Value) => void] {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const written = search[name];
  // Digits in an address are read as a number.
  const found = typeof written === 'number' ? String(written) : written;
  const isKnown = typeof found === 'string' && (allowed === undefined || allowed.some((value) => value === found));
  const setValue = (value: Value) => {
    const change = { [name]: value === initial ? undefined : value };
    void navigate({
      to: '.',
      search: (current: object) => ({ ...current, ...change }),
      replace: false,
      resetScroll: false,
    });
  };
  return [isKnown ? (found as Value) : initial, setValue];
}

/** Goes to an address of the app: `go('/carteras/…')`. */
export function useGo(): (href: string) => void {
  const navigate = useNavigate();
  return (href) => void navigate({ to: href });
}
