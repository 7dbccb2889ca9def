import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { nodeFiles } from '../../protocol/agentLink.ts';
import { BOOTSTRAP_CONFIG, BOOTSTRAP_SCRIPT } from './bootstrapFiles.ts';

describe('bootstrapFiles', () => {
  it('puts the bootstrap where the node image’s entry point runs it', async () => {
    const entryPoint = path.join(import.meta.dirname, '../../../resources/node/entrypoint.sh');
    assert.ok((await readFile(entryPoint, 'utf8')).includes(`node ${BOOTSTRAP_SCRIPT} &`));
  });

  it('puts the configuration where bootstrap and agent read it', () => {
    assert.equal(BOOTSTRAP_CONFIG, nodeFiles().config);
  });
});
