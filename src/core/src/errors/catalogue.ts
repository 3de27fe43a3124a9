import { isWalgError } from '@walg/sdk'

/** What a code means, what to do about it, and the exit code of a command that ends with it. */
export interface CatalogueEntry {
  readonly exit: number
  readonly meaning: string
  readonly remedy: string
}

const UNEXPECTED = 1

/** Every error code of walg. docs/errors.md is made from it. */
export const ERROR_CATALOGUE: Readonly<Record<string, CatalogueEntry>> = {
  E_USAGE: {
    exit: 2,
    meaning: 'Flags or arguments that the command does not take, or that contradict each other.',
    remedy: 'See the help of the command.',
  },
  E_ARGUMENT_INVALID: {
    exit: 2,
    meaning: 'A value on the command line, or a file named there, that cannot be used.',
    remedy: 'The message says what is wrong with it.',
  },
  E_NOT_SUPPORTED: {
    exit: 2,
    meaning: 'WAL-G has this, this version of walg does not.',
    remedy: 'The message names what to use instead.',
  },
  E_SETTING_UNKNOWN: {
    exit: 3,
    meaning: 'A WALG_* or WALE_* name that no part of walg knows.',
    remedy: 'Correct the name; WALG_LENIENT_CONFIG=true turns the error into a warning.',
  },
  E_SETTING_INVALID: {
    exit: 3,
    meaning: 'A setting whose value cannot be read.',
    remedy: 'docs/settings.md says what each setting takes.',
  },
  E_SETTING_MISSING: { exit: 3, meaning: 'A setting that the command needs is not set.', remedy: 'Set it.' },
  E_CONFIG_FILE: {
    exit: 3,
    meaning: 'The config file is not there, or not what its ending says.',
    remedy: 'Check --config and WALG_CONFIG_PATH; the forms are JSON, YAML, TOML and NAME=value lines.',
  },
  E_OUTPUT: {
    exit: 1,
    meaning: 'What a command prints cannot be written to stdout.',
    remedy: 'Check where the output goes; a disk may be full.',
  },
  E_STORAGE_CONFIG: {
    exit: 3,
    meaning: 'No storage is configured, or its prefix leads nowhere.',
    remedy: 'Set one prefix such as WALG_FILE_PREFIX; the folder or bucket must exist.',
  },
  E_PLUGIN_MISSING: {
    exit: 4,
    meaning: 'A setting or an object asks for a storage, codec, crypter or engine that is not installed.',
    remedy: 'Run the install command that the message gives.',
  },
  E_PLUGIN_INVALID: {
    exit: 4,
    meaning:
      'A plugin does not hold what its package.json declares, or is made for another version of the contract.',
    remedy: 'Update the plugin or walg; the message names package, module, expected and found.',
  },
  E_PLUGIN_DUPLICATE: {
    exit: 4,
    meaning: 'Two plugins contribute the same thing.',
    remedy: 'Uninstall one of the two that the message names, or choose with WALG_PREFER_PLUGINS.',
  },
  E_PLUGIN_INSTALL: {
    exit: 4,
    meaning: 'Plugins could not be installed, updated or removed; what was installed is as before.',
    remedy: 'The message holds the reason that npm gives.',
  },
  E_LOCKED: {
    exit: 10,
    meaning: 'Another process is at work on the same thing.',
    remedy: 'Wait for it, then try again.',
  },
  E_PLUGIN_UNSAFE: {
    exit: 4,
    meaning: 'Other users can write to the folder that plugins are loaded from.',
    remedy: 'Take the right to write away from group and others.',
  },
  E_STORAGE_PERMISSION: {
    exit: 5,
    meaning: 'The storage refuses access.',
    remedy: 'Check credentials, owner and mode; a file system may be mounted read-only.',
  },
  E_STORAGE_UNAVAILABLE: {
    exit: 6,
    meaning: 'The storage did not answer, or broke off, also after several attempts.',
    remedy: 'Check the network and the storage; the command can be run again.',
  },
  E_STORAGE_FULL: {
    exit: 6,
    meaning: 'The storage has no room left.',
    remedy: 'Make room, or delete old backups.',
  },
  E_STORAGE_TOO_LARGE: {
    exit: 6,
    meaning: 'An object is larger than the storage takes.',
    remedy: 'Use smaller tar parts (WALG_TAR_SIZE_THRESHOLD).',
  },
  E_STORAGE_NOT_FOUND: {
    exit: 8,
    meaning: 'The storage has answered that an object is not there.',
    remedy: 'Check the name and the prefix; what belongs to a backup must not be deleted by hand.',
  },
  E_STORAGE_EXISTS: { exit: 7, meaning: 'An object of this name exists.', remedy: 'Choose another name.' },
  E_STORAGE_PRECONDITION: {
    exit: 7,
    meaning: 'An object was changed by somebody else meanwhile.',
    remedy: 'Run the command again.',
  },
  E_STORAGE_INCOMPLETE: {
    exit: 11,
    meaning: 'Some objects, or some storages, of several could not be dealt with; the others were.',
    remedy: 'The log names each with its error; run the command again when the cause is gone.',
  },
  E_STORAGE_KEY: {
    exit: 2,
    meaning: 'A text that cannot name an object.',
    remedy: 'Names are relative, without . and ..',
  },
  E_CODEC_UNAVAILABLE: {
    exit: 4,
    meaning: 'The native library that a codec works with is not there, or does not fit this machine.',
    remedy: 'Do what the message says: a newer node, or a compiler and another installation.',
  },
  E_CODEC_TRUNCATED: {
    exit: 8,
    meaning: 'A compressed object ends too early.',
    remedy: 'The object is damaged; use another backup, or the copy of another storage.',
  },
  E_CODEC_CORRUPT: {
    exit: 8,
    meaning: 'A compressed object is damaged, encrypted with an unknown key, or of another format.',
    remedy: 'Check that the settings of encryption are those it was written with.',
  },
  E_CODEC_TRAILING_DATA: {
    exit: 8,
    meaning: 'Something follows the end of a compressed object.',
    remedy: 'The object was not written by WAL-G or walg, or was damaged.',
  },
  E_CRYPT_TRUNCATED: {
    exit: 8,
    meaning: 'An encrypted object ends too early.',
    remedy: 'The object is damaged; use another backup, or the copy of another storage.',
  },
  E_CRYPT_CORRUPT: {
    exit: 8,
    meaning:
      'An object that cannot be decrypted: it was encrypted with another key, was changed, or is of another format.',
    remedy: 'Check that the key is the one it was written with.',
  },
  E_CRYPT_KEY: {
    exit: 8,
    meaning: 'An encrypted object that none of the configured keys opens.',
    remedy:
      'Set the key it was written with, in the settings for previous keys if it is one; `crypt check` tries them.',
  },
  E_CRYPT_KMS_PERMISSION: {
    exit: 5,
    meaning: 'A key management service refuses access.',
    remedy: 'Check the credentials, and that they may encrypt and decrypt with the key.',
  },
  E_CRYPT_KMS_KEY: {
    exit: 3,
    meaning: 'A key management service does not have the key, or does not let it be used.',
    remedy: 'Check the id of the key, its region, and that it is neither disabled nor about to be deleted.',
  },
  E_CRYPT_KMS_UNAVAILABLE: {
    exit: 6,
    meaning: 'A key management service did not answer, also after several attempts.',
    remedy: 'Check the network and the service; the command can be run again.',
  },
  E_CRYPT_KMS_REFUSED: {
    exit: 6,
    meaning: 'A key management service refused a call for another reason.',
    remedy: 'The message says which.',
  },
  E_INTEGRITY_SIZE: {
    exit: 8,
    meaning: 'An object has another size than what was written.',
    remedy: 'The object is damaged; use another backup.',
  },
  E_INTEGRITY_CHECKSUM: {
    exit: 8,
    meaning: 'The checksum of an object or a file is not the recorded one.',
    remedy: 'It is damaged; use another backup.',
  },
  E_TEMPORARY_FILE: {
    exit: 1,
    meaning: 'A temporary file cannot be written.',
    remedy: 'Make room, or let TMPDIR name another folder.',
  },
  E_TAR_INVALID: {
    exit: 8,
    meaning: 'A tar part is cut or damaged, or a member wants to leave the destination.',
    remedy: 'The object is damaged; use another backup.',
  },
  E_DATABASE_CONNECT: {
    exit: 9,
    meaning: 'The database server cannot be reached or refuses the login.',
    remedy: 'Check PGHOST, PGPORT, PGUSER and the server.',
  },
  E_DATABASE_VERSION: {
    exit: 9,
    meaning: 'A server version that walg does not know.',
    remedy: 'Versions 10 to 18 are.',
  },
  E_DATABASE_STATE: {
    exit: 9,
    meaning: 'The server or the data directory is not in the state that the command needs.',
    remedy: 'The message says what was found.',
  },
  E_DATABASE_QUERY: {
    exit: 9,
    meaning: 'The server refused a query.',
    remedy: 'The message holds its answer.',
  },
  E_DATA_DIRECTORY: {
    exit: 9,
    meaning: 'A data directory that cannot be read, or is not that of the server.',
    remedy: 'Give the directory that SHOW data_directory prints, as a user who can read it.',
  },
  E_BACKUP_NOT_FOUND: {
    exit: 2,
    meaning: 'The repository holds no such backup.',
    remedy: 'backup-list shows those it holds.',
  },
  E_BACKUP_INVALID: {
    exit: 8,
    meaning: 'A document or part of a backup is missing or malformed.',
    remedy: 'The backup cannot be restored; use another one.',
  },
  E_BACKUP_AMBIGUOUS: {
    exit: 2,
    meaning: 'Several backups fit the user data, or the beginning of a name.',
    remedy: 'Give the name of one.',
  },
  E_DELETE_REFUSED: {
    exit: 7,
    meaning:
      'What a delete command asks for would take away something that has to stay. Nothing was deleted.',
    remedy: 'The message says what stands in the way.',
  },
  E_MARK_REFUSED: {
    exit: 7,
    meaning: 'A backup that a permanent one is based on cannot be given to retention. Nothing was marked.',
    remedy: 'Mark the deltas that the message names first.',
  },
  E_COPY_CONFLICT: {
    exit: 7,
    meaning: 'The target of a copy holds something else under the name of an object. Nothing was copied.',
    remedy: 'Copy to a repository of its own, or remove there what the message names.',
  },
  E_BACKUP_FAILED: {
    exit: 9,
    meaning: 'The backup was given up; nothing of it was kept.',
    remedy: 'The message says why.',
  },
  E_DESTINATION: {
    exit: 7,
    meaning: 'The destination of a restore is not empty, or cannot be written.',
    remedy: 'Give an empty or new directory; nothing was changed.',
  },
  E_RECOVERY_UNREACHABLE: {
    exit: 7,
    meaning: 'No backup and WAL of the repository lead to the recovery target.',
    remedy: 'The message names the nearest instants that can be reached.',
  },
  E_RECOVERY_WAL_MISSING: {
    exit: 7,
    meaning: 'A segment that the backup needs is not in the repository.',
    remedy: 'Archive the segment, or choose another backup.',
  },
  E_WAL_ABSENT: {
    exit: 74,
    meaning: 'The repository has answered that it does not hold the file.',
    remedy: 'Normal at the end of the archive.',
  },
  E_WAL_NAME: {
    exit: 2,
    meaning: 'A name that PostgreSQL never gives to a file of its archive.',
    remedy: 'Pass %f and %p as PostgreSQL gives them.',
  },
  E_WAL_FILE: { exit: 1, meaning: 'A WAL file cannot be read.', remedy: 'Check path, owner and mode.' },
  E_WAL_INVALID: {
    exit: 8,
    meaning: 'A WAL file is not what its name says: size, page header, position, timeline or system.',
    remedy: 'Check WALG_PG_WAL_SIZE and that the archive belongs to this cluster.',
  },
  E_WAL_CONFLICT: {
    exit: 7,
    meaning: 'The repository holds other content under the name of a WAL file.',
    remedy:
      'Two clusters archive to one prefix, or an old one was left: give each cluster a prefix of its own.',
  },
  E_WAL_DESTINATION: {
    exit: 1,
    meaning: 'A fetched WAL file cannot be put in place.',
    remedy: 'Check free space, owner and mode of the destination.',
  },
}

/** The exit code of an error: 130 and 143 for interruptions are decided where signals are. */
export function exitCodeOf(error: unknown): number {
  return (isWalgError(error) && ERROR_CATALOGUE[error.code]?.exit) || UNEXPECTED
}

/** What to do about an error, where that is known. */
export function remedyOf(error: unknown): string | undefined {
  return isWalgError(error) ? ERROR_CATALOGUE[error.code]?.remedy : undefined
}
