/**
 * The Debian archive to take packages from instead of the usual one, as `http://HOST/debian`: what a setting says, else
 * `WHEELHOUSE_DEBIAN_MIRROR`, undefined where neither says anything.
 */
export function chosenDebianMirror(
  setting: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const chosen = [setting, env['WHEELHOUSE_DEBIAN_MIRROR'] ?? ''].map((text) => text.trim());
  return chosen.find((text) => text !== '');
}
