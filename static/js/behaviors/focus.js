/* Takes the focus when it appears: the summary of a form's errors after a 422. */

export function connect(element) {
  element.focus({ preventScroll: false });
}
