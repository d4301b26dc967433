import { AS_IN_WECHAT, type HostQuirks } from '../shared/quirks.js'

/** How ASCF, the framework of HarmonyOS atomic services, differs from WeChat. Source: developer.huawei.com (has.request). */
export const harmonyQuirks: HostQuirks = {
  ...AS_IN_WECHAT,
  name: 'harmony',
  // `has.request` returns a task.
  minVersion: '1.0.4',
  minStreamVersion: '2.0.2',
  // How it tells its version is not written down: where it tells none, its tasks decide.
  probesStream: true,
  capabilities: { stream: 'bytes', maxStreams: 1, earlyHeaders: false },
}
