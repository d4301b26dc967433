import { any, halfHeldOut, type ScoreSet, tool } from './cases.js'

const city = (description: string) => ({ type: 'string', description })

/** A courier, described in English. */
export const parcel: ScoreSet = {
  name: 'parcel',
  tools: [
    tool('trackParcel', 'Track a parcel: where it is now and when it arrives', { trackingNumber: { type: 'string', description: 'Tracking number of the parcel' } }, ['trackingNumber']),
    tool(
      'estimateShipping',
      'Estimate the price of sending a parcel between two cities',
      {
        from: city('City it is sent from'),
        to: city('City it is sent to'),
        weightKg: { type: 'number', description: 'Weight in kilograms', exclusiveMinimum: 0 },
        express: { type: 'boolean', description: 'Express delivery' },
      },
      ['from', 'to', 'weightKg'],
    ),
    tool(
      'schedulePickup',
      'Schedule a courier to pick up packages at an address',
      {
        address: { type: 'string', description: 'Street address' },
        date: { type: 'string', format: 'date' },
        slot: { type: 'string', enum: ['morning', 'afternoon', 'evening'], description: 'Part of the day' },
        packages: { type: 'integer', description: 'How many packages', minimum: 1 },
      },
      ['address', 'date', 'slot'],
    ),
  ],
  cases: halfHeldOut([
    { language: 'en', says: ['Where is my parcel SF1029384756?'], calls: [{ name: 'trackParcel', arguments: { trackingNumber: 'SF1029384756' } }] },
    { language: 'en', says: ['track YT88120033'], calls: [{ name: 'trackParcel', arguments: { trackingNumber: 'YT88120033' } }] },
    { language: 'en', says: ['where is my package?'], asks: 'trackingNumber' },
    { language: 'en', says: ['I want to track a parcel', 'JD0045512'], calls: [{ name: 'trackParcel', arguments: { trackingNumber: 'JD0045512' } }] },
    { language: 'en', says: ['How much does it cost to send 2.5 kg from Shenzhen to Beijing?'], calls: [{ name: 'estimateShipping', arguments: { from: 'Shenzhen', to: 'Beijing', weightKg: 2.5 } }] },
    { language: 'en', says: ['estimate express shipping from Shanghai to Chengdu, three kilograms'], calls: [{ name: 'estimateShipping', arguments: { from: 'Shanghai', to: 'Chengdu', weightKg: 3, express: true } }] },
    { language: 'en', says: ['what would it cost to ship a parcel from Guangzhou to Xiamen'], asks: 'weightKg' },
    { language: 'en', says: ['Schedule a pickup at 12 Garden Road tomorrow morning'], calls: [{ name: 'schedulePickup', arguments: { address: '12 Garden Road', date: '2026-11-25', slot: 'morning' } }] },
    { language: 'en', says: ['Please pick up two packages on Friday afternoon', '88 Lake Street'], calls: [{ name: 'schedulePickup', arguments: { address: '88 Lake Street', date: '2026-11-27', slot: 'afternoon', packages: 2 } }] },
    { language: 'en', says: ['book me a flight to Tokyo'], refuses: true },
    { language: 'zh', says: ['帮我查一下快递 SF1029384756 到哪了'], calls: [{ name: 'trackParcel', arguments: { trackingNumber: 'SF1029384756' } }] },
    { language: 'zh', says: ['我的包裹到哪里了'], asks: 'trackingNumber' },
    { language: 'zh', says: ['查快递', '单号是 YT55667788'], calls: [{ name: 'trackParcel', arguments: { trackingNumber: 'YT55667788' } }] },
    { language: 'zh', says: ['从深圳寄到北京3公斤多少钱'], calls: [{ name: 'estimateShipping', arguments: { from: '深圳', to: '北京', weightKg: 3 } }] },
    { language: 'zh', says: ['寄一个两公斤的包裹从上海到成都要多少运费，要加急'], calls: [{ name: 'estimateShipping', arguments: { from: '上海', to: '成都', weightKg: 2, express: true } }] },
    { language: 'zh', says: ['从杭州寄到西安要多少钱'], asks: 'weightKg' },
    { language: 'zh', says: ['明天上午来取件，地址是南山区科技路12号'], calls: [{ name: 'schedulePickup', arguments: { address: '南山区科技路12号', date: '2026-11-25', slot: 'morning' } }] },
    { language: 'zh', says: ['预约快递员上门取件', '人民路88号', '后天', '晚上'], calls: [{ name: 'schedulePickup', arguments: { address: '人民路88号', date: '2026-11-26', slot: 'evening' } }] },
    { language: 'zh', says: ['给我讲个笑话'], refuses: true },
    { language: 'zh', says: ['查一下 SF1029384756 和 YT55667788'], calls: [{ name: 'trackParcel', arguments: { trackingNumber: 'SF1029384756' } }, { name: 'trackParcel', arguments: { trackingNumber: any('YT55667788') } }] },
  ]),
}
