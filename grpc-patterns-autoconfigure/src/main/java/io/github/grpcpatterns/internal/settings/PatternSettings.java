/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.github.grpcpatterns.ConditionalOnPattern;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.env.Environment;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;
import org.springframework.util.ClassUtils;

/**
 * The settings of one pattern, enabled or not, found in the metadata of its
 * auto-configuration without loading it.
 *
 * @param prefix the prefix of the settings
 * @param type the record that they are bound to
 */
record PatternSettings(ConfigurationPropertyName prefix, Class<?> type) {

	/** The prefix of all settings. */
	static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("grpc.patterns");

	private static final String BASE = "io.github.grpcpatterns.";

	/**
	 * Return the settings of all patterns, those that all share included.
	 */
	static List<PatternSettings> all() {
		ClassLoader classLoader = PatternSettings.class.getClassLoader();
		MetadataReaderFactory reader = new SimpleMetadataReaderFactory(classLoader);
		return autoConfigurations().flatMap((name) -> records(reader, name))
			.map((name) -> of(ClassUtils.resolveClassName(name, classLoader)))
			.toList();
	}

	/**
	 * Return the names of the auto-configurations of all patterns.
	 */
	static Stream<String> autoConfigurations() {
		return StreamSupport
			.stream(ImportCandidates.load(AutoConfiguration.class, PatternSettings.class.getClassLoader())
				.spliterator(), false)
			.filter((name) -> name.startsWith(BASE));
	}

	private static Stream<String> records(MetadataReaderFactory reader, String autoConfiguration) {
		try {
			MergedAnnotation<EnableConfigurationProperties> enabled = reader.getMetadataReader(autoConfiguration)
				.getAnnotationMetadata()
				.getAnnotations()
				.get(EnableConfigurationProperties.class);
			return enabled.isPresent() ? Stream.of(enabled.getStringArray(MergedAnnotation.VALUE)) : Stream.empty();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static PatternSettings of(Class<?> type) {
		ConfigurationProperties properties = type.getAnnotation(ConfigurationProperties.class);
		return new PatternSettings(ConfigurationPropertyName.of(properties.value()), type);
	}

	/**
	 * Return a binder that reads settings as Boot does.
	 */
	static Binder binder(Environment environment, ConfigurableListableBeanFactory beanFactory) {
		return new Binder(ConfigurationPropertySources.get(environment),
				new PropertySourcesPlaceholdersResolver(environment), null, beanFactory::copyRegisteredEditorsTo);
	}

	/**
	 * Return whether the pattern is switched off by its own switch.
	 */
	boolean off(Environment environment) {
		return !ConditionalOnPattern.OnPattern.on(environment, this.prefix.append("enabled").toString());
	}

}
