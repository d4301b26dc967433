// The part of RxJS an app around Sampan uses, for people who install nothing else. In a bundled project it is the very
// rxjs the app has; in `miniprogram_dist` it is the copy Sampan itself runs on.
export {
  BehaviorSubject, EMPTY, NEVER, Observable, ReplaySubject, Subject, Subscription,
  combineLatest, concat, defer, firstValueFrom, forkJoin, from, interval, lastValueFrom, merge, of, race, throwError, timer,
  auditTime, bufferTime, catchError, concatMap, debounceTime, delay, distinctUntilChanged, endWith, exhaustMap, filter,
  finalize, first, last, map, mergeMap, pairwise, reduce, retry, scan, share, shareReplay, skip, startWith, switchMap, take,
  takeUntil, takeWhile, tap, throttleTime, timeout, toArray, withLatestFrom,
} from 'rxjs'
export type { MonoTypeOperatorFunction, Observer, OperatorFunction } from 'rxjs'
