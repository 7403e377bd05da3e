package io.github.grpcpatterns.test;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Makes the server of each {@link GrpcPatternsTest} an in-process one, and adds the beans
 * of the test kit.
 */
final class KitContextCustomizerFactory implements ContextCustomizerFactory {

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
			context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("grpcPatternsTest",
						Map.of(KitConfiguration.IN_PROCESS_NAME, name, "grpc.server.in-process-name", name,
								"grpc.server.port", "-1", "spring.grpc.server.inprocess.name", name,
								"spring.grpc.server.factory.enabled", "false")));
			((BeanDefinitionRegistry) context.getBeanFactory()).registerBeanDefinition("grpcPatternsTestConfiguration",
					new RootBeanDefinition(KitConfiguration.class));
		}

	}

}
