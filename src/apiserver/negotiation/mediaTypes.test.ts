import assert from 'node:assert/strict';
import { mediaTypes } from './mediaTypes.ts';

describe('mediaTypes', () => {
  it('reads alternatives with their parameters, best first', () => {
    assert.deepEqual(
      mediaTypes('text/plain;q=0.5, application/json;as=Table;v=v1 ,*/*;q=0.1').map(
        ({ type, parameters }) => [type, parameters.as],
      ),
      [
        ['application/json', 'Table'],
        ['text/plain', undefined],
        ['*/*', undefined],
      ],
    );
    assert.deepEqual(mediaTypes(undefined), []);
  });
});
