/**
 * A message for a notification. VS Code makes links of `[text](target)` there, commands among them, and messages of
 * the API quote names and texts that others chose: apart, the two parts are text.
 */
export function plainMessage(message: string): string {
  return message.replaceAll('](', '] (');
}
