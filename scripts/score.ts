import { scoreModel, type Tally } from '../sdk/testkit/scripted-model/score/score.js'

// `npm run score`: how much the scripted model understands. `-- --failures` shows where it fails among the cases one
// may tune on; of the held-out half only the total is printed, so that nobody tunes on it by accident.

const { all, tuned, heldOut, groups, failures } = scoreModel()
const row = (name: string, { right, total }: Tally) => console.log(`${name.padEnd(14)}${`${right}/${total}`.padStart(7)}`)

for (const [name, group] of Object.entries(groups)) row(name, group.tuned)
row('tuned on', tuned)
row('held out', heldOut)
row('all', all)
if (process.argv.includes('--failures')) {
  for (const { set, says, got } of failures) console.log(`\n${set}: ${says.join(' / ')}\n  ${JSON.stringify(got)}`)
}
