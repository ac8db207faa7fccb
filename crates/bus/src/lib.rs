//! The bus and the cache: in process, and over Redis for several processes. Owns fan-out of live rows and job wake-ups, the cache of
//! answers, and the rule that Redis may vanish at any moment: nobody waits for it, local subscribers do not need it, and what
//! was missed meanwhile is said.

mod connect;
mod hub;
mod local_bus;
mod local_cache;
mod remote;

pub use connect::{DEFAULT_CACHE_BYTES, check_redis_url, connect};
pub use local_bus::LocalBus;
pub use local_cache::LocalCache;
pub use remote::{InvalidRedisUrl, RedisBus, RedisCache, RedisHealth, RedisServer};
