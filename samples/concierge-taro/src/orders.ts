import Taro from '@tarojs/taro'
import { useSyncExternalStore } from 'react'
import { findDrink, orderTotal, type OrderArgs } from './menu'

/** An order as it is kept on the device. */
export interface Order extends OrderArgs {
  /** The id of the tool call: the same call never makes a second order. */
  id: string
  /** What is called out at the counter. */
  number: string
  total: number
  at: number
}

const key = 'sampan-coffee:orders'
const listeners = new Set<() => void>()
let orders: readonly Order[] = load()

function load(): readonly Order[] {
  try {
    const stored: unknown = Taro.getStorageSync(key)
    return Array.isArray(stored) ? stored : []
  } catch {
    return []
  }
}

/** Places an order, or answers with the one this call has already placed. Throws if it cannot be kept. */
export function placeOrder(id: string, args: OrderArgs): Order {
  const placed = orders.find(order => order.id === id)
  if (placed) return placed
  const drink = findDrink(args.drinkId)
  const total = orderTotal(args)
  if (!drink) throw new Error(`drinkId ${args.drinkId} is not on the menu`)
  if (total === undefined) throw new Error(`size ${args.size} of ${args.drinkId} is not served`)
  if (!drink.served.includes(args.iced ? 'iced' : 'hot')) throw new Error(`${args.drinkId} is not served ${args.iced ? 'iced' : 'hot'}`)
  const next = [{ ...args, id, number: String(Number(orders[0]?.number ?? 0) + 1).padStart(3, '0'), total, at: Date.now() }, ...orders].slice(0, 20)
  Taro.setStorageSync(key, next)
  orders = next
  for (const listener of listeners) listener()
  return next[0]!
}

/** The orders on this device, the newest first. */
export function useOrders(): readonly Order[] {
  return useSyncExternalStore(subscribe, () => orders)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
