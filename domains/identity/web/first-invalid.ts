/** After a refused submit the first wrong field gets the focus, so that keyboard and reader land where the work is. */

/** Call it in the submit handler; the fields are marked by the render that follows. */
export function focusFirstInvalid(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
