/** Flags of `npm start --`: a handful, each one a setting under another name. */
import { ok, refuse, type Result } from '#kernel';
import { nearestName } from './nearest-name.ts';

interface FlagDefinition {
  readonly key: string;
  /** Null: the flag takes a value. Otherwise the text it stands for. */
  readonly implied: string | null;
  readonly meaning: string;
}

export const FLAGS: Readonly<Record<string, FlagDefinition>> = {
  '--port': { key: 'port', implied: null, meaning: 'port to listen on' },
  '--host': { key: 'host', implied: null, meaning: 'address to listen on' },
  '--monitor-port': {
    key: 'monitorPort',
    implied: null,
    meaning: 'port of the health and metrics of a process without web',
  },
  '--data': { key: 'dataDir', implied: null, meaning: 'folder of the data' },
  '--roles': { key: 'roles', implied: null, meaning: 'parts to run: web,worker,trader,agent' },
  '--demo': { key: 'demo', implied: 'true', meaning: 'create the demo workspace on the first run' },
  '--empty': { key: 'demo', implied: 'false', meaning: 'start without demo data' },
};

/** Settings by key, as text. Refuses an unknown flag, naming the nearest, and a flag without its value. */
export function parseFlags(argv: readonly string[]): Result<ReadonlyMap<string, string>, 'config_invalid'> {
  const values = new Map<string, string>();
  for (let index = 0; index < argv.length; index += 1) {
    const [name = '', ...rest] = (argv[index] ?? '').split('=');
    const flag = FLAGS[name];
    if (!flag) return refuse('config_invalid', { message: unknownFlag(name) });
    if (flag.implied !== null) {
      values.set(flag.key, flag.implied);
      continue;
    }
    const value = rest.length > 0 ? rest.join('=') : argv[(index += 1)];
    if (!value || value.startsWith('--')) {
      return refuse('config_invalid', { message: `${name} needs a value: ${flag.meaning}.` });
    }
    values.set(flag.key, value);
  }
  return ok(values);
}

function unknownFlag(name: string): string {
  const near = nearestName(name, Object.keys(FLAGS));
  const hint = near ? `Did you mean ${near}?` : `Known flags: ${Object.keys(FLAGS).join(', ')}.`;
  return `Unknown flag ${name}. ${hint}`;
}
