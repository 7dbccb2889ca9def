/** Secrets in logs and settings, each with what stands for it. */
const SECRETS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/-----BEGIN [A-Z ]+-----[^]*?-----END [A-Z ]+-----/g, '(a key or certificate)'],
  // Credentials in addresses of proxies and registries.
  [/:\/\/[^\s/@]+@/g, '://(credentials)@'],
  // JSON Web Tokens, bootstrap tokens.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '(a token)'],
  [/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, '(a token)'],
  [/("?(?:token|password|secret|authorization)"?\s*[:=]\s*)"?[^\s",}]+"?/gi, '$1(left out)'],
  // Any other long random text. Digests of images stay, because a name precedes them.
  [
    /(?<!sha(?:256|512)[:-])\b(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[A-Z])[A-Za-z0-9+_-]{40,}={0,2}/g,
    '(left out)',
  ],
];

/** A text that may be shown to others: without secrets, and with `~` for the user's home. */
export function redact(text: string, userHome: string): string {
  const plain = SECRETS.reduce((left, [pattern, instead]) => left.replaceAll(pattern, instead), text);
  return userHome.length < 2 ? plain : plain.replaceAll(userHome, '~');
}
