import { any, halfHeldOut, type ScoreSet, tool } from './cases.js'

const doctors = [
  { id: 'd1', name: '李明', department: 'dental', title: '主任医师', fee: 50 },
  { id: 'd2', name: '王芳', department: 'dental', title: '主治医师', fee: 30 },
]
const doctorsEn = [
  { id: 'd7', name: 'Dr. Alice Wong', department: 'pediatrics', fee: 50 },
  { id: 'd8', name: 'Dr. Robert Lee', department: 'pediatrics', fee: 30 },
]
const department = {
  type: 'string',
  enum: ['internal', 'pediatrics', 'dental', 'dermatology', 'ophthalmology'],
  description: '科室：internal（内科）、pediatrics（儿科）、dental（牙科、口腔科）、dermatology（皮肤科）、ophthalmology（眼科）',
}

/** A clinic, described in Chinese. */
export const clinic: ScoreSet = {
  name: 'clinic',
  tools: [
    tool('findDoctors', '查找某个科室的医生', { department, date: { type: 'string', format: 'date', description: '哪一天出诊' } }, ['department']),
    tool(
      'bookAppointment',
      '预约挂号：为病人预约一位医生的门诊时间',
      {
        doctorId: { type: 'string', description: '医生编号' },
        date: { type: 'string', format: 'date', description: '就诊日期' },
        time: { type: 'string', format: 'time', description: '就诊时间' },
        reason: { type: 'string', description: '就诊原因、症状' },
      },
      ['doctorId', 'date', 'time'],
    ),
    tool('cancelAppointment', '取消一个已有的预约', { appointmentId: { type: 'string', description: '预约单号' } }, ['appointmentId']),
  ],
  cases: halfHeldOut([
    { language: 'zh', says: ['帮我查一下牙科有哪些医生'], calls: [{ name: 'findDoctors', arguments: { department: 'dental' } }] },
    { language: 'zh', says: ['明天皮肤科有医生吗'], calls: [{ name: 'findDoctors', arguments: { department: 'dermatology', date: '2026-11-25' } }] },
    { language: 'zh', says: ['我想挂号'], asks: 'doctorId' },
    { language: 'zh', says: ['取消预约'], asks: 'appointmentId' },
    { language: 'zh', says: ['帮我把预约 AP20391 取消掉'], calls: [{ name: 'cancelAppointment', arguments: { appointmentId: 'AP20391' } }] },
    { language: 'zh', says: ['找个儿科医生', '预约第二个，后天上午十点'], results: { findDoctors: doctors }, calls: [{ name: 'bookAppointment', arguments: { doctorId: 'd2', date: '2026-11-26', time: '10:00:00' } }] },
    { language: 'zh', says: ['查找牙科医生', '我要预约李明医生，明天下午3点半'], results: { findDoctors: doctors }, calls: [{ name: 'bookAppointment', arguments: { doctorId: 'd1', date: '2026-11-25', time: '15:30:00' } }] },
    { language: 'zh', says: ['有什么牙科医生', '预约王芳', '下周三'], results: { findDoctors: doctors }, asks: 'time' },
    { language: 'zh', says: ['你会写诗吗'], refuses: true },
    { language: 'zh', says: ['眼科医生有哪些', '算了，看看内科的'], results: { findDoctors: [] }, calls: [{ name: 'findDoctors', arguments: { department: 'internal' } }] },
    { language: 'en', says: ['Which dentists do you have? I need the dental department'], calls: [{ name: 'findDoctors', arguments: { department: 'dental' } }] },
    { language: 'en', says: ['Is there a dermatology doctor available tomorrow?'], calls: [{ name: 'findDoctors', arguments: { department: 'dermatology', date: '2026-11-25' } }] },
    { language: 'en', says: ['find me a doctor'], asks: 'department' },
    { language: 'en', says: ['I want to cancel my appointment'], asks: 'appointmentId' },
    { language: 'en', says: ['Please cancel appointment AP-5531'], calls: [{ name: 'cancelAppointment', arguments: { appointmentId: 'AP-5531' } }] },
    { language: 'en', says: ['find pediatrics doctors', 'book the second one for Friday at 9am'], results: { findDoctors: doctorsEn }, calls: [{ name: 'bookAppointment', arguments: { doctorId: 'd8', date: '2026-11-27', time: '09:00:00' } }] },
    { language: 'en', says: ['show pediatrics doctors', 'Book an appointment with Alice Wong tomorrow at 4:30 pm because of a cough'], results: { findDoctors: doctorsEn }, calls: [{ name: 'bookAppointment', arguments: { doctorId: 'd7', date: '2026-11-25', time: '16:30:00', reason: any('a cough', 'cough', 'of a cough') } }] },
    { language: 'en', says: ['cancel my booking', 'it is AP7788'], calls: [{ name: 'cancelAppointment', arguments: { appointmentId: 'AP7788' } }] },
    { language: 'en', says: ['write me a python script'], refuses: true },
    { language: 'en', says: ['find me a doctor', 'eyes, ophthalmology'], calls: [{ name: 'findDoctors', arguments: { department: 'ophthalmology' } }] },
  ]),
}
