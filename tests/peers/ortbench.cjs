// SPDX-License-Identifier: GPL-3.0-or-later
// ortbench.cjs NODE_MODULES FILE.onnx SECONDS TOKENS...: onnxruntime-node on a
// model of onnxmake.py, one thread. Tab-separated lines:
//
//   load MS            wall time from nothing to a session
//   pass TOKENS MS     CPU time (user and system) of one sequence: the least of
//                      many measured one by one
//   rss KB             resident at the end; peak KB
//   hidden N FIRST...  with TOKENS "ids=1,2,3": what comes out, for comparison
'use strict'
const fs = require('fs')
const path = require('path')

const [modules, file, seconds, ...asked] = process.argv.slice(2)
const ort = require(path.resolve(modules, 'onnxruntime-node'))

function inputs(ids) {
  const make = (f) =>
    new ort.Tensor('int64', BigInt64Array.from(ids, f), [1, ids.length])
  return {
    input_ids: make((id) => BigInt(id)),
    attention_mask: make(() => 1n),
    token_type_ids: make(() => 0n),
  }
}

function cpu(since) {
  const t = process.cpuUsage(since)
  return (t.user + t.system) / 1000
}

async function measure(session, tokens) {
  const feeds = inputs(Array.from({ length: tokens }, (_, i) => 5 + 7 * i))
  let best = Infinity
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const since = process.cpuUsage()
    await session.run(feeds)
    best = Math.min(best, cpu(since))
  }
  console.log(`pass\t${tokens}\t${best.toFixed(3)}`)
}

async function main() {
  const begin = process.hrtime.bigint()
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  })
  console.log(`load\t${Number(process.hrtime.bigint() - begin) / 1e6}`)
  for (const what of asked) {
    if (!what.startsWith('ids=')) {
      await measure(session, Number(what))
      continue
    }
    const out = await session.run(inputs(what.slice(4).split(',')))
    const hidden = out.last_hidden_state.data
    console.log(`hidden\t${hidden.length}\t${Array.from(hidden).join(' ')}`)
  }
  const status = fs.readFileSync('/proc/self/status', 'utf8')
  for (const [name, key] of [['rss', 'VmRSS'], ['peak', 'VmHWM']]) {
    console.log(`${name}\t${status.match(new RegExp(key + ':\\s*(\\d+)'))[1]}`)
  }
}

main().catch((e) => {
  console.error(`ortbench: ${e.message}`)
  process.exit(1)
})
