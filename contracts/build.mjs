// Compiles the contracts by solc's standard JSON: same sources, same bytes, on any machine.
//   node build.mjs OUT   writes OUT/contracts.json (ABI, bytecode, storage layout of each) and OUT/attackers.json (those of test/)
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import solc from 'solc';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, '../artifacts/contracts');
const sources = {};
for (const folder of ['src', 'test'])
  for (const file of readdirSync(join(here, folder)).filter(f => f.endsWith('.sol')).sort())
    sources[`${folder}/${file}`] = { content: readFileSync(join(here, folder, file), 'utf8') };

const input = {
  language: 'Solidity',
  sources,
  settings: {
    evmVersion: 'cancun',
    optimizer: { enabled: true, runs: 1000 },
    metadata: { bytecodeHash: 'none', appendCBOR: false },
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'storageLayout', 'userdoc'] } },
  },
};
const find = path => {
  try {
    return { contents: readFileSync(join(here, 'node_modules', path), 'utf8') };
  } catch {
    return { error: `${path} is not there: npm ci in contracts/` };
  }
};
const result = JSON.parse(solc.compile(JSON.stringify(input), { import: find }));
const found = (result.errors ?? []).filter(e => e.severity === 'error' || !e.sourceLocation?.file?.startsWith('@'));
for (const error of found) console.error(`contracts/${error.sourceLocation?.file ?? ''} : error SOL${error.errorCode ?? ''}: ${error.formattedMessage.split('\n').slice(0, 4).join(' ').trim()}`);
if (found.length > 0) process.exit(1);

mkdirSync(out, { recursive: true });
write('contracts.json', 'src/');
write('attackers.json', 'test/');

function write(file, prefix) {
  const built = {};
  for (const [path, contracts] of Object.entries(result.contracts).filter(([path]) => path.startsWith(prefix)))
    for (const [name, contract] of Object.entries(contracts)) {
      if (contract.evm.bytecode.object === '') continue; // interfaces, abstract contracts
      const storage = layout(contract.storageLayout);
      built[name] = { source: path, abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}`, storage, userdoc: contract.userdoc };
    }
  const target = join(out, file);
  writeFileSync(`${target}.next`, `${JSON.stringify(built, null, 1)}\n`);
  renameSync(`${target}.next`, target);
}

// One line a variable, and one a member of each struct that is stored: what an upgrade must keep. Without the compiler's numbers of nodes.
function layout({ storage, types }) {
  const plain = type => type.replace(/\)\d+/g, ')');
  const lines = storage.map(v => `${v.slot}+${v.offset} ${v.label} ${plain(v.type)}`);
  for (const [name, type] of Object.entries(types ?? {}).sort(([a], [b]) => (plain(a) < plain(b) ? -1 : 1)))
    for (const member of type.members ?? []) lines.push(`${plain(name)} ${member.slot}+${member.offset} ${member.label} ${plain(member.type)}`);
  return lines;
}
