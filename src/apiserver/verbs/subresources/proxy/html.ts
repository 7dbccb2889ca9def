/** Attributes that hold a link (apimachinery `pkg/util/proxy/transport.go`). */
const ATTRIBUTES =
  'action|background|cite|classid|codebase|data|formaction|href|icon|longdesc|manifest|poster|profile|src|usemap';

const LINK = new RegExp(
  `(<[^<>]*?\\s(?:${ATTRIBUTES})\\s*=\\s*)("/(?!/)[^"]*"|'/(?!/)[^']*'|/(?!/)[^\\s>"']*)`,
  'gi',
);

/** Puts the proxy's path before links that are relative to the root, so that a proxied page finds its parts. */
export function rewriteLinks(html: string, prefix: string): string {
  let before: string;
  let after = html;
  // A tag with several links gives one per pass.
  do {
    before = after;
    after = before.replace(LINK, (whole: string, head: string, link: string) => {
      const quote = /^["']/.test(link) ? link.slice(0, 1) : '';
      const target = quote === '' ? link : link.slice(1, -1);
      return target.startsWith(`${prefix}/`) ? whole : `${head}${quote}${prefix}${target}${quote}`;
    });
  } while (after !== before);
  return after;
}
