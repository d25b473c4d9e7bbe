// Computes with ethers, the library that others use, what the tests compare byte for byte.
//   node ethers.mjs FOLDER_OF_NODE_MODULES < cases.json > answers.json
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const require = createRequire(process.argv[2] + '/');
const { Transaction, SigningKey, AbiCoder, Interface, computeAddress, getCreateAddress } = require('ethers');
const cases = JSON.parse(readFileSync(0, 'utf8'));
const coder = AbiCoder.defaultAbiCoder();
const out = {
  transactions: cases.transactions.map(({ key, fields }) => {
    const t = Transaction.from(fields), k = new SigningKey(key);
    t.signature = k.sign(t.unsignedHash);
    return { raw: t.serialized, hash: t.hash, from: computeAddress(k.publicKey), created: getCreateAddress({ from: t.from, nonce: t.nonce }) };
  }),
  abi: cases.abi.map(({ type, value }) => coder.encode([type], [value])),
  selectors: cases.signatures.map(s => new Interface([s]).fragments[0].selector),
};
process.stdout.write(JSON.stringify(out));
