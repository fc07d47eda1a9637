/** What floats is loaded the first time it opens, and stays, so that it can leave gracefully. */
import { useState } from 'react';

export function useWasOpen(isOpen: boolean): boolean {
  const [wasOpen, setWasOpen] = useState(isOpen);
  if (isOpen && !wasOpen) setWasOpen(true);
  return isOpen || wasOpen;
}
