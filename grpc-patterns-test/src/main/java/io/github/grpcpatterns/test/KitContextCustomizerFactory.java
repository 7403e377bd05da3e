/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.util.PlaceholderResolutionException;

/**
 * Makes the server of each {@link GrpcPatternsTest} an in-process one, and adds the beans
 * of the test kit.
 */
final class KitContextCustomizerFactory implements ContextCustomizerFactory {

	private static final List<String> SERVERS_ON_PORTS = List.of("nettyGrpcServerFactory", "nettyGrpcServerLifecycle",
			"shadedNettyGrpcServerFactory", "shadedNettyGrpcServerLifecycle");

	/** The sources of keys, none of which a test asks. */
	private static final List<String> KEYS = Stream.of("secret", "issuer-uri", "jwk-set-uri", "public-key-location")
		.map((key) -> "grpc.patterns.server.auth.jwt." + key)
		.toList();

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> configAttributes) {
		return TestContextAnnotationUtils.hasAnnotation(testClass, GrpcPatternsTest.class) ? new Customizer() : null;
	}

	/**
	 * All are equal: contexts are cached by them.
	 */
	private record Customizer() implements ContextCustomizer {

		@Override
		public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
			String name = "grpc-patterns-test-" + UUID.randomUUID();
			ConfigurableEnvironment environment = context.getEnvironment();
			Map<String, Object> properties = new HashMap<>(
					Map.of(KitConfiguration.IN_PROCESS_NAME, name, "grpc.server.in-process-name", name,
							"grpc.server.port", "-1", "spring.grpc.server.inprocess.name", name));
			KEYS.stream().filter((key) -> unresolved(environment, key)).forEach((key) -> properties.put(key, ""));
			environment.getPropertySources().addFirst(new MapPropertySource("grpcPatternsTest", properties));
			context.addBeanFactoryPostProcessor((beans) -> removePorts((BeanDefinitionRegistry) beans));
			((BeanDefinitionRegistry) context.getBeanFactory()).registerBeanDefinition("grpcPatternsTestConfiguration",
					new RootBeanDefinition(KitConfiguration.class));
		}

		/**
		 * What only the environment of production has fails the start elsewhere.
		 */
		private static boolean unresolved(ConfigurableEnvironment environment, String key) {
			try {
				String value = environment.getProperty(key);
				return value != null && value.contains("${");
			}
			catch (PlaceholderResolutionException ex) {
				return true;
			}
		}

		/**
		 * Boot has one switch for its servers on ports and the one in the process.
		 */
		private static void removePorts(BeanDefinitionRegistry beans) {
			SERVERS_ON_PORTS.stream().filter(beans::containsBeanDefinition).forEach(beans::removeBeanDefinition);
		}

	}

}
