/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

import com.google.protobuf.MessageLite;
import io.github.grpcpatterns.benchmarks.v1.ClassificationResult;
import io.github.grpcpatterns.benchmarks.v1.ClassifyRequest;
import io.github.grpcpatterns.benchmarks.v1.ClassifyResponse;
import io.github.grpcpatterns.benchmarks.v1.DocumentType;
import io.github.grpcpatterns.benchmarks.v1.Group;
import io.github.grpcpatterns.benchmarks.v1.Item;
import io.github.grpcpatterns.benchmarks.v1.Nested;
import io.github.grpcpatterns.benchmarks.v1.Numbers;
import io.github.grpcpatterns.benchmarks.v1.Price;
import io.github.grpcpatterns.benchmarks.v1.Strings;
import tools.jackson.databind.json.JsonMapper;

/**
 * The same contents as messages of protobuf and as records for Jackson.
 */
final class Messages {

	static final JsonMapper JSON = JsonMapper.builder().findAndAddModules().build();

	static final List<String> NAMES = List.of("classify-request", "classify-response", "price", "strings", "numbers",
			"nested");

	private static final List<String> KEYWORDS = List.of("invoice", "due", "amount", "supplier", "tax");

	private static final String WORDS = "the invoice is due within thirty days of its receipt and total amount payable "
			+ "to the supplier named above includes value added tax at the rate in force ";

	private Messages() {
	}

	static MessageLite protobuf(String name) {
		return switch (name) {
			case "classify-request" -> ClassifyRequest.newBuilder()
				.setText(text(1000))
				.setDocumentId("7d5f1c1e-0b46-4a7e-9a56-2f3f1f0f8a11")
				.setModelVersion("2026-11-30")
				.setMaxResults(3)
				.build();
			case "classify-response" -> classifyResponse("7d5f1c1e-0b46-4a7e-9a56-2f3f1f0f8a11");
			case "price" -> price(1_000_000);
			case "strings" -> Strings.newBuilder()
				.addAllValues(IntStream.range(0, 20).mapToObj((i) -> text(40 + i)).toList())
				.build();
			case "numbers" -> numbers();
			case "nested" -> nested();
			default -> throw new IllegalArgumentException(name + " (expected: one of " + NAMES + ")");
		};
	}

	static Object json(String name) {
		return json(protobuf(name));
	}

	private static Object json(MessageLite message) {
		if (message instanceof ClassifyRequest request) {
			return new ClassifyRequestJson(request.getText(), request.getDocumentId(), request.getModelVersion(),
					request.getMaxResults());
		}
		if (message instanceof ClassifyResponse response) {
			return classifyResponseJson(response.getDocumentId());
		}
		if (message instanceof Price price) {
			return new PriceJson(price.getProductId(), price.getNewPrice(), price.getSequence());
		}
		if (message instanceof Strings strings) {
			return new StringsJson(List.copyOf(strings.getValuesList()));
		}
		if (message instanceof Numbers numbers) {
			return new NumbersJson(numbers.getIdsList().stream().mapToLong(Long::longValue).toArray(),
					numbers.getCountsList().stream().mapToInt(Integer::intValue).toArray(),
					numbers.getValuesList().stream().mapToDouble(Double::doubleValue).toArray());
		}
		return new NestedJson(((Nested) message).getGroupsList()
			.stream()
			.map((group) -> new GroupJson(group.getName(),
					group.getItemsList()
						.stream()
						.map((item) -> new ItemJson(item.getName(), item.getPrice(), item.getInStock(),
								List.copyOf(item.getTagsList())))
						.toList()))
			.toList());
	}

	static ClassifyResponse classifyResponse(String documentId) {
		ClassifyResponse.Builder response = ClassifyResponse.newBuilder()
			.setDocumentId(documentId)
			.setModelVersion("2026-11-30")
			.setProcessingTimeMs(12);
		float confidence = 0.8731f;
		for (DocumentType type : List.of(DocumentType.DOCUMENT_TYPE_INVOICE, DocumentType.DOCUMENT_TYPE_RECEIPT,
				DocumentType.DOCUMENT_TYPE_CONTRACT)) {
			response.addResults(ClassificationResult.newBuilder()
				.setDocumentType(type)
				.setConfidence(confidence)
				.addAllKeywords(KEYWORDS));
			confidence /= 7;
		}
		return response.build();
	}

	static ClassifyResponseJson classifyResponseJson(String documentId) {
		List<ClassificationResultJson> results = new ArrayList<>();
		float confidence = 0.8731f;
		for (DocumentTypeJson type : List.of(DocumentTypeJson.INVOICE, DocumentTypeJson.RECEIPT,
				DocumentTypeJson.CONTRACT)) {
			results.add(new ClassificationResultJson(type, confidence, KEYWORDS));
			confidence /= 7;
		}
		return new ClassifyResponseJson(documentId, results, "2026-11-30", 12);
	}

	static Price price(long sequence) {
		return Price.newBuilder()
			.setProductId("product-" + sequence % 1000)
			.setNewPrice(100 + sequence % 1000 / 100.0)
			.setSequence(sequence)
			.build();
	}

	static PriceJson priceJson(long sequence) {
		return new PriceJson("product-" + sequence % 1000, 100 + sequence % 1000 / 100.0, sequence);
	}

	private static Numbers numbers() {
		Random random = new Random(1);
		Numbers.Builder numbers = Numbers.newBuilder();
		for (int i = 0; i < 100; i++) {
			numbers.addIds(random.nextLong(1L << 48)).addCounts(random.nextInt(1000)).addValues(random.nextDouble());
		}
		return numbers.build();
	}

	private static Nested nested() {
		Nested.Builder nested = Nested.newBuilder();
		for (int i = 0; i < 10; i++) {
			Group.Builder group = Group.newBuilder().setName("group " + i);
			for (int j = 0; j < 10; j++) {
				group.addItems(Item.newBuilder()
					.setName(String.format(Locale.ROOT, "item %d of group %d", j, i))
					.setPrice(9.99 + j)
					.setInStock(j % 3 != 0)
					.addAllTags(List.of("new", "sale", "kitchen")));
			}
			nested.addGroups(group);
		}
		return nested.build();
	}

	private static String text(int length) {
		return WORDS.repeat(length / WORDS.length() + 1).substring(0, length);
	}

	enum DocumentTypeJson {

		UNSPECIFIED, INVOICE, CONTRACT, REPORT, RECEIPT, LETTER

	}

	record ClassifyRequestJson(String text, String documentId, String modelVersion, int maxResults) {
	}

	record ClassificationResultJson(DocumentTypeJson documentType, float confidence, List<String> keywords) {
	}

	record ClassifyResponseJson(String documentId, List<ClassificationResultJson> results, String modelVersion,
			long processingTimeMs) {
	}

	record PriceJson(String productId, double newPrice, long sequence) {
	}

	record StringsJson(List<String> values) {
	}

	record NumbersJson(long[] ids, int[] counts, double[] values) {
	}

	record NestedJson(List<GroupJson> groups) {
	}

	record GroupJson(String name, List<ItemJson> items) {
	}

	record ItemJson(String name, double price, boolean inStock, List<String> tags) {
	}

}
