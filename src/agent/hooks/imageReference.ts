/** distribution/reference: `[host[:port]/]path[:tag][@digest]`. */
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const HOST = '(?:\\[[0-9a-fA-F:]+\\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::[0-9]+)?';
const REFERENCE = new RegExp(
  `^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?<tag>:[\\w][\\w.-]{0,127})?(?<digest>@[a-zA-Z][a-zA-Z0-9]*(?:[-_+.][a-zA-Z][a-zA-Z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);

/** The reference with `:latest` where it names neither tag nor digest; an error text where it is not valid. */
export function withDefaultTag(image: string): { readonly reference: string } | { readonly error: string } {
  const match = REFERENCE.exec(image);
  if (match === null) {
    const lower = image.toLowerCase();
    const why =
      image !== lower && REFERENCE.test(lower)
        ? 'repository name must be lowercase'
        : 'invalid reference format';
    return {
      error: `couldn't parse image name "${image}": invalid reference format${why === 'invalid reference format' ? '' : `: ${why}`}`,
    };
  }
  const { tag, digest } = match.groups ?? {};
  return { reference: tag === undefined && digest === undefined ? `${image}:latest` : image };
}
