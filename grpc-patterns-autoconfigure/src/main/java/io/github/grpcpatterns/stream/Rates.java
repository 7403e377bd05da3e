package io.github.grpcpatterns.stream;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.TimeMeter;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.concurrent.CallTimer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rate of a stream: its own, or a shared one.
 * <p>
 * A shared rate is kept while a stream uses it; the last {@value #UNUSED} used ones are
 * kept too, so that opening another stream does not refill the bucket.
 */
final class Rates {

	private static final int UNUSED = 10_000;

	private final CallTimer timer;

	private final TimeMeter meter;

	private final Cache<Key, Rate> known = Caffeine.newBuilder().weakValues().build();

	private final Cache<Key, Rate> recent = Caffeine.newBuilder().maximumSize(UNUSED).build();

	Rates(CallTimer timer) {
		this.timer = timer;
		this.meter = new TimerMeter(timer);
	}

	/**
	 * Return the rate of a stream.
	 * @param limit what is set, or {@code null} for nothing
	 * @param inbound the direction
	 * @param call the record of the stream
	 * @return the rate, or {@code null} where there is none
	 */
	@Nullable Rate rate(@Nullable RateLimit limit, boolean inbound, CallRecord call) {
		if (limit == null) {
			return null;
		}
		if (!limit.shared()) {
			return new Rate(limit, this.timer, this.meter);
		}
		Key key = new Key(limit, inbound, (limit.per() == StreamServerProperties.RatePer.METHOD) ? Who.METHOD
				: (call.principal() != null) ? Who.PRINCIPAL : Who.PEER, who(limit, call));
		Rate rate = this.known.get(key, (absent) -> new Rate(limit, this.timer, this.meter));
		this.recent.put(key, rate);
		return rate;
	}

	private static String who(RateLimit limit, CallRecord call) {
		if (limit.per() == StreamServerProperties.RatePer.METHOD) {
			return call.methodName();
		}
		String principal = call.principal();
		if (principal != null) {
			return principal;
		}
		SocketAddress peer = call.peer();
		if (peer instanceof InetSocketAddress inet) {
			return (inet.getAddress() != null) ? inet.getAddress().getHostAddress() : inet.getHostString();
		}
		return String.valueOf(peer);
	}

	private enum Who {

		METHOD, PRINCIPAL, PEER

	}

	/**
	 * The key of a shared rate.
	 */
	private record Key(RateLimit limit, boolean inbound, Who kind, String who) {
	}

	private static final class TimerMeter implements TimeMeter {

		private final CallTimer timer;

		TimerMeter(CallTimer timer) {
			this.timer = timer;
		}

		@Override
		public long currentTimeNanos() {
			return this.timer.nanoTime();
		}

		@Override
		public boolean isWallClockBased() {
			return false;
		}

	}

}
