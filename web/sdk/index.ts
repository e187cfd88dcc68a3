export * from './types'
export { routes, links, type Operations } from './operations'
export { chinaTime, chinaMoment, chinaDate, chinaClock, type ChinaTime } from './time'
export { createCall, buildUrl, ApiError, type Args, type Result, type Transport, type WireRequest, type WireResponse } from './call'
