import type { MachineSize } from '../../cluster/machines/contract.ts';
import { typeText } from '../input/quickInputs.ts';
import type { Step } from '../input/stepThrough.ts';
import { cpusProblem, memoryOf, memoryProblem, memoryQuantity } from '../model/nodeSize.ts';

/** Asks for CPUs, then for memory; proposes what is answered already. `of`: whose size it is, in words. */
export function sizeSteps<A extends MachineSize>(
  of: string,
  applies: (answers: A) => boolean = () => true,
): readonly Step<A>[] {
  return [
    {
      applies,
      async ask(answers, place) {
        const answer = await typeText(place, {
          prompt: `CPUs of ${of}`,
          value: String(answers.cpus ?? ''),
          problem: cpusProblem,
        });
        return typeof answer === 'string' ? { ...answers, cpus: Number(answer) } : answer;
      },
    },
    {
      applies,
      async ask(answers, place) {
        const answer = await typeText(place, {
          prompt: `Memory of ${of}, such as 2Gi or 1536Mi`,
          value: answers.memoryBytes === undefined ? '' : memoryQuantity(answers.memoryBytes),
          problem: memoryProblem,
        });
        return typeof answer === 'string' ? { ...answers, memoryBytes: memoryOf(answer) } : answer;
      },
    },
  ];
}
