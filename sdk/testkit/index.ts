// The door `sampan/testkit`: names only. It needs Node and no test runner: `platformSuite` is handed the caller's.
export { answerOf } from './answer-of.js'
export { cutBytes, parseByteFaults, planBytes, PORTAL_PAGE } from './byte-faults.js'
export type { ByteFaults, ByteStep } from './byte-faults.js'
export { startByteServer } from './byte-server.js'
export type { ByteHandler, ByteReply, ByteServer, SeenRequest } from './byte-server.js'
export { bytesOf, fakePlatform, memoryStorage } from './fake-platform.js'
export type { FakePlatform, FakePlatformOptions, FakeRequest } from './fake-platform.js'
export { createHostFake } from './host-fakes/host-fake.js'
export type { HostApi, HostFake } from './host-fakes/host-fake.js'
export type { HostBugs, HostFakeName, HostFakeOptions } from './host-fakes/host-fake-options.js'
export { errorAnswer, mockModel, textAnswer, toolAnswer } from './mock-model.js'
export type { MockAnswer } from './mock-model.js'
export { PLATFORM_BEHAVIOURS, platformSuite } from './platform-suite.js'
export type { PlatformBehaviour, PlatformFeature, PlatformSuiteOptions, PutFile, RegisterTest } from './platform-suite.js'
export { createRealm } from './realm.js'
export type { Realm, RealmOptions } from './realm.js'
export { inRealmHost, realmHost } from './realm-host.js'
export { bodyText, recordRequest } from './request-record.js'
export type { RequestRecord } from './request-record.js'
export { scriptedModel } from './scripted-model/index.js'
export type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionRequest,
  ScriptedModel,
  ScriptedModelOptions,
  WireMessage,
  WireTool,
  WireToolCall,
  WireUsage,
} from './scripted-model/index.js'
export { createTestClock } from './test-clock.js'
export type { TestClock } from './test-clock.js'
export { createWxFake } from './wx-fake.js'
export type { WxBugs, WxFake, WxFakeOptions } from './wx-fake.js'
export { WX_KEY_BYTES, WX_STORAGE_BYTES } from './host-fakes/host-storage.js'
export { WX_MAX_REQUESTS } from './host-fakes/hosts/wechat.js'
