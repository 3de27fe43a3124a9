import type {
  CallOptions,
  DeleteOutcome,
  ListOptions,
  ListPage,
  MultipartDriver,
  ObjectInfo,
  VersionsDriver,
} from '@walg/sdk'

/** What goes through the AWS SDK, by keys relative to the folder. */
export interface SdkCalls {
  list(prefix: string, o: ListOptions): Promise<ListPage>
  delete(keys: readonly string[], o: CallOptions): Promise<readonly DeleteOutcome[]>
  copy(from: string, to: string, o: CallOptions): Promise<ObjectInfo>
  readonly multipart: Pick<MultipartDriver, 'begin' | 'complete' | 'abort'>
  readonly versions: VersionsDriver
  /** Whether the bucket keeps versions. */
  isVersioned(o: CallOptions): Promise<boolean>
  close(): void
}
