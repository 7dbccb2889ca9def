import { Document, visit } from 'yaml';
import { scalarValue } from './scalars.ts';

/**
 * JSON as YAML in the form of sigs.k8s.io/yaml: keys in order, lists not indented, and quotes around every text that
 * a reader of YAML 1.1 or Go's would take for something else.
 */
export function writeYaml(value: unknown): string {
  const document = new Document(value, {
    version: '1.1',
    sortMapEntries: true,
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && scalarValue(node.value) !== node.value)
        node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ indentSeq: false, lineWidth: 0, nullStr: 'null' });
}
