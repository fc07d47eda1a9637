/** The `cactus` command. Data on stdout, messages on stderr; exit 0 ok, 1 failed, 2 usage, 3 doctor found problems, 6 partial. */
import { Fault } from '#kernel';
import { Command, CommanderError } from 'commander';
import { registerAudit } from './audit.ts';
import { registerBackup } from './backup.ts';
import { registerDoctor } from './doctor.ts';
import { registerEvents } from './events.ts';
import { registerImport } from './import.ts';
import { EXIT } from './install.ts';
import { registerOauth } from './oauth.ts';
import { registerPortfolio } from './portfolio.ts';
import { registerSecret } from './secret.ts';
import { registerSetupLink } from './setup-link.ts';
import { registerUser } from './user.ts';

const program = new Command('cactus')
  .description('Todo tu patrimonio y tu negocio, en tu servidor. Start the server with: npm start')
  .version('0.1.0')
  .showHelpAfterError('(cactus --help lists the commands)')
  .exitOverride();

registerDoctor(program);
registerSetupLink(program);
registerUser(program);
registerImport(program);
registerPortfolio(program);
registerOauth(program);
registerBackup(program);
registerEvents(program);
registerSecret(program);
registerAudit(program);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    console.error(`Cactus: ${error instanceof Fault ? error.message : String(error)}`);
    if (!(error instanceof Fault) && error instanceof Error) console.error(error.stack);
    process.exitCode = EXIT.failed;
  }
}
