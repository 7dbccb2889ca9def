import { StatusError } from '../../api/status.ts';
import { mediaTypes, type MediaType } from './mediaTypes.ts';

/** How an answer is written. */
export type Encoding = 'json' | 'yaml' | 'protobuf';

/** Another form in which a client wants objects. */
export interface Form {
  readonly as: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  readonly apiVersion: string;
}

/** What can be answered to a request. */
export interface Offer {
  /** Whether the type has a protobuf message. */
  readonly protobuf: boolean;
  /** A watch: its events are no YAML. */
  readonly stream: boolean;
  /** Whether objects may be shown in another form. */
  readonly forms: boolean;
}

export interface Negotiated {
  readonly encoding: Encoding;
  readonly form: Form | undefined;
  /** Asked for by the media type itself. */
  readonly pretty: boolean;
}

const TYPES: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};
const WILDCARDS: ReadonlySet<string> = new Set(['*/*', 'application/*']);
const FORMS: ReadonlySet<string> = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

export function contentTypeOf(encoding: Encoding): string {
  return TYPES[encoding];
}

/**
 * The first alternative of an Accept header that can be answered (apiserver `negotiation/negotiate.go`). Undefined where
 * there is none.
 */
export function negotiate(accept: string | undefined, offer: Offer): Negotiated | undefined {
  const wanted = mediaTypes(accept);
  if (wanted.length === 0) return { encoding: 'json', form: undefined, pretty: false };
  const encodings = encodingsOf(offer);
  for (const type of wanted) {
    const encoding = WILDCARDS.has(type.type) ? 'json' : encodings.find((each) => TYPES[each] === type.type);
    if (encoding === undefined) continue;
    const { as, charset, stream, pretty } = type.parameters;
    if (charset !== undefined && charset.toLowerCase() !== 'utf-8') continue;
    if (stream !== undefined && (stream !== 'watch' || !offer.stream)) continue;
    const form = as === undefined ? undefined : formOf(type, encoding, offer);
    if (as !== undefined && form === undefined) continue;
    return { encoding, form, pretty: pretty === '1' };
  }
  return undefined;
}

function encodingsOf({ protobuf, stream }: Offer): readonly Encoding[] {
  return [
    'json' as const,
    ...(stream ? [] : (['yaml'] as const)),
    ...(protobuf ? (['protobuf'] as const) : []),
  ];
}

function formOf(
  { parameters: { as = '', g, v = '' } }: MediaType,
  encoding: Encoding,
  offer: Offer,
): Form | undefined {
  if (!offer.forms || g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1') || !FORMS.has(as))
    return undefined;
  // A table is made for people: it has no message.
  if (encoding === 'protobuf' && (as === 'Table' || v !== 'v1')) return undefined;
  return { as: as as Form['as'], apiVersion: `${g}/${v}` };
}

export function notAcceptable(offer: Offer): StatusError {
  const types = encodingsOf(offer).map((encoding) => TYPES[encoding] + (offer.stream ? ';stream=watch' : ''));
  return new StatusError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${types.join(', ')}`,
  );
}
