/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.deploy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.github.grpcpatterns.sample.SampleInstance;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Holds {@code sample-app/deploy/kubernetes} to the types of the API, and to what the
 * application does.
 */
@Timeout(60)
class KubernetesTests {

	private static final Path MANIFESTS = Path.of("deploy/kubernetes/sample-app.yaml");

	private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of("v1/ConfigMap", ConfigMap.class,
			"v1/Service", Service.class, "apps/v1/Deployment", Deployment.class, "policy/v1/PodDisruptionBudget",
			PodDisruptionBudget.class);

	/**
	 * The types of the model keep fields that they do not know; without that, such a
	 * field is an error.
	 */
	private static final ObjectMapper STRICT = new ObjectMapper()
		.setAnnotationIntrospector(new JacksonAnnotationIntrospector() {

			@Override
			public Boolean hasAnySetter(Annotated annotated) {
				return false;
			}

		});

	@TempDir
	private static Path documents;

	@Test
	void everyFieldIsOneOfTheApi() throws IOException {
		assertThat(read(Files.readString(MANIFESTS))).extracting(HasMetadata::getKind)
			.containsExactlyInAnyOrder("ConfigMap", "Deployment", "Service", "Service", "PodDisruptionBudget");
	}

	@Test
	void aMisspeltFieldIsFound() throws IOException {
		String misspelt = Files.readString(MANIFESTS).replace("failureThreshold: 60", "failureTreshold: 60");
		assertThatIllegalArgumentException().isThrownBy(() -> read(misspelt)).withMessageContaining("failureTreshold");
	}

	@Test
	void theGracePeriodOutlivesTheDrain() throws IOException {
		Duration preStop = setting("pre-stop-delay", "5s");
		Duration drain = setting("drain-timeout", "10s");
		assertThat(Duration.ofSeconds(pod().getTerminationGracePeriodSeconds()))
			.isGreaterThanOrEqualTo(preStop.plus(drain).plusSeconds(5));
	}

	@Test
	void everyProbeIsAnsweredByTheApplication() throws Exception {
		Container container = pod().getContainers().get(0);
		String indicators = one(ConfigMap.class).getData().get("GRPC_PATTERNS_SERVER_HEALTH_INDICATORS");
		try (SampleInstance instance = SampleInstance.start("grpc.patterns.server.health.indicators=" + indicators,
				"sample.storage.directory=" + documents)) {
			for (Probe probe : List.of(container.getStartupProbe(), container.getReadinessProbe())) {
				assertThat(probe.getGrpc().getPort()).isEqualTo(9090);
				assertThat(HealthGrpc.newBlockingStub(instance.anonymous())
					.withDeadlineAfter(10, TimeUnit.SECONDS)
					.check(HealthCheckRequest.getDefaultInstance())
					.getStatus()).isEqualTo(ServingStatus.SERVING);
			}
			String liveness = container.getLivenessProbe().getHttpGet().getPath();
			HttpResponse<String> answer = HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(URI.create("http://localhost:" + instance.httpPort() + liveness)).build(),
						BodyHandlers.ofString());
			assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
		}
	}

	@Test
	void servicesAndBudgetSelectThePodsByPortsThatTheyHave() throws IOException {
		Deployment deployment = one(Deployment.class);
		Map<String, String> labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
		List<String> ports = pod().getContainers().get(0).getPorts().stream().map(ContainerPort::getName).toList();
		assertThat(deployment.getSpec().getSelector().getMatchLabels()).isEqualTo(labels);
		assertThat(one(PodDisruptionBudget.class).getSpec().getSelector().getMatchLabels()).isEqualTo(labels);
		assertThat(all(Service.class)).allSatisfy((service) -> {
			assertThat(service.getSpec().getSelector()).isEqualTo(labels);
			assertThat(service.getSpec().getPorts())
				.allSatisfy((port) -> assertThat(ports).contains(port.getTargetPort().getStrVal()));
		});
		assertThat(all(Service.class)).filteredOn((service) -> "None".equals(service.getSpec().getClusterIP()))
			.extracting((service) -> service.getMetadata().getName())
			.containsExactly("sample-app-grpc");
	}

	private static Duration setting(String name, String onKubernetes) throws IOException {
		PropertySource<?> settings = new YamlPropertySourceLoader()
			.load("application.yml", new ClassPathResource("application.yml"))
			.get(0);
		Object value = settings.getProperty("grpc.patterns.server.shutdown." + name);
		return DurationStyle.detectAndParse((value != null) ? value.toString() : onKubernetes);
	}

	private static PodSpec pod() throws IOException {
		return one(Deployment.class).getSpec().getTemplate().getSpec();
	}

	private static <T extends HasMetadata> T one(Class<T> type) throws IOException {
		List<T> all = all(type);
		assertThat(all).hasSize(1);
		return all.get(0);
	}

	private static <T extends HasMetadata> List<T> all(Class<T> type) throws IOException {
		Stream<HasMetadata> resources = read(Files.readString(MANIFESTS)).stream();
		return resources.filter(type::isInstance).map(type::cast).toList();
	}

	private static List<HasMetadata> read(String manifests) {
		List<HasMetadata> resources = new ArrayList<>();
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		for (Object document : new Yaml(new SafeConstructor(options)).loadAll(manifests)) {
			Map<?, ?> resource = (Map<?, ?>) document;
			String kind = resource.get("apiVersion") + "/" + resource.get("kind");
			Class<? extends HasMetadata> type = KINDS.get(kind);
			assertThat(type).as(kind).isNotNull();
			resources.add(STRICT.convertValue(resource, type));
		}
		return resources;
	}

}
