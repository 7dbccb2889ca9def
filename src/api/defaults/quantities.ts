import { formatQuantity, tryParseQuantity } from '../quantity.ts';

/** Brings quantities into the form in which upstream stores them (`0.5` is `500m`); what is none stays for validation. */
export function setCanonicalQuantities(list: Record<string, string | undefined> | undefined): void {
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = text === undefined ? undefined : tryParseQuantity(text);
    if (list !== undefined && quantity !== undefined) list[name] = formatQuantity(quantity);
  }
}
