package io.github.grpcpatterns.auth;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Leaves out the token checks that the stacks configure by themselves, while ours is on.
 * <p>
 * Boot's wakes up with a {@code JwtDecoder} bean and refuses public methods too.
 * net.devh's does not start where Spring Security has no {@code AccessDecisionManager}
 * any more, from 7 on; where it has one it stays. Interceptors that the user declares are
 * not touched.
 */
final class StackSecurityFilter implements AutoConfigurationImportFilter, EnvironmentAware {

	private static final String OURS = "io.github.grpcpatterns.auth.AuthServerAutoConfiguration";

	private static final String BOOT = "org.springframework.boot.grpc.server.autoconfigure.security."
			+ "GrpcServerOAuth2ResourceServerAutoConfiguration";

	private static final String NET_DEVH = "net.devh.boot.grpc.server.autoconfigure.GrpcServerSecurityAutoConfiguration";

	private static final boolean NET_DEVH_WORKS = ClassUtils.isPresent(
			"org.springframework.security.access.AccessDecisionManager", StackSecurityFilter.class.getClassLoader());

	private @Nullable Environment environment;

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public boolean[] match(@Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
		boolean[] match = new boolean[autoConfigurationClasses.length];
		boolean active = on("grpc.patterns.enabled") && on("grpc.patterns.server.auth.enabled")
				&& Arrays.asList(autoConfigurationClasses).contains(OURS); // not excluded
		for (int i = 0; i < match.length; i++) {
			String name = autoConfigurationClasses[i];
			match[i] = !active || !(BOOT.equals(name) || NET_DEVH.equals(name) && !NET_DEVH_WORKS);
		}
		return match;
	}

	private boolean on(String property) {
		Environment environment = this.environment;
		return environment == null || environment.getProperty(property, Boolean.class, true);
	}

}
