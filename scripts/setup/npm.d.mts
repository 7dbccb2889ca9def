export function npm(
  run: (command: string, args: readonly string[], options?: object) => Promise<void>,
  args: readonly string[],
  options: { readonly cwd: string },
): Promise<void>;
