/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.product;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.PageCursor;
import io.github.grpcpatterns.sample.product.v1.BatchCreateResponse;
import io.github.grpcpatterns.sample.product.v1.CreateProductRequest;
import io.github.grpcpatterns.sample.product.v1.DeleteProductRequest;
import io.github.grpcpatterns.sample.product.v1.GetProductRequest;
import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.Product;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link ProductGrpcService}: everything but the prices.
 */
@ProductDatabaseTest
class ProductGrpcServiceTests {

	private final AtomicInteger pagesRead = new AtomicInteger();

	private ProductStore store;

	private ProductServer server;

	@BeforeEach
	void start(@Autowired ProductRepository products, @Autowired JdbcAggregateOperations rows,
			@Autowired ProductStore transactional) throws Exception {
		this.store = new ProductStore(products, rows) {

			@Override
			List<StoredProduct> page(@Nullable String category, String after, int limit) {
				ProductGrpcServiceTests.this.pagesRead.incrementAndGet();
				return super.page(category, after, limit);
			}

			@Override
			List<StoredProduct> create(List<NewProduct> products) {
				return transactional.create(products);
			}

		};
		this.server = new ProductServer(this.store, new InMemoryPriceFeed(0));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void whenAProductIsCreatedThenItCanBeGot() {
		Instant before = Instant.now();
		Product created = create(product("Lamp").toBuilder().setPrice(0.1).build());
		assertThat(created.getName()).isEqualTo("Lamp");
		assertThat(created.getPrice()).isEqualTo(0.1);
		assertThat(created.getCategory()).isEqualTo("home");
		assertThat(created.getInStock()).isTrue();
		assertThat(created.getTagsList()).containsExactly("new", "light");
		assertThat(created.getCreatedAt().getSeconds()).isBetween(before.getEpochSecond(),
				Instant.now().getEpochSecond());
		assertThat(get(created.getId())).isEqualTo(created);
	}

	@Test
	void whenAPriceHasMorePlacesThanAreKeptThenItIsRounded() {
		assertThat(create(product("Lamp").toBuilder().setPrice(1.00005).build()).getPrice()).isEqualTo(1.0001);
	}

	@Test
	void whenANewProductBreaksRulesThenEachFieldIsNamedAndNothingIsStored() {
		StatusRuntimeException failure = failure(
				() -> create(CreateProductRequest.newBuilder().setPrice(Double.NaN).addTags("").build()));
		assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
		assertThat(fields(failure)).containsExactly("name", "price", "category_id", "tags[0]");
		assertThat(list(ListProductsRequest.getDefaultInstance())).isEmpty();
	}

	@Test
	void whenAProductDoesNotExistThenGettingItIsNotFoundAndNamesIt() {
		StatusRuntimeException failure = failure(() -> get("17"));
		assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
		assertThat(failure.getStatus().getDescription()).isEqualTo("product 17 does not exist");
	}

	@Test
	void whenAProductIsDeletedTwiceThenTheSecondTimeIsNotFound() {
		String id = create(product("Lamp")).getId();
		delete(id);
		assertThat(failure(() -> get(id)).getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
		assertThat(failure(() -> delete(id)).getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
	}

	@Test
	void listingHasAllProductsInTheOrderOfIds() {
		List<Product> created = IntStream.range(0, 3).mapToObj((i) -> create(product("Lamp " + i))).toList();
		assertThat(list(ListProductsRequest.getDefaultInstance())).isEqualTo(created);
		assertThat(created).extracting(Product::getId).isSorted();
	}

	@Test
	void listingGoesOnAfterTheLastProductReceived() {
		List<Product> created = IntStream.range(0, 5).mapToObj((i) -> create(product("Lamp " + i))).toList();
		ListProductsRequest.Builder request = ListProductsRequest.newBuilder().setPageSize(2);
		assertThat(list(request.build())).isEqualTo(created.subList(0, 2));
		request.setPageToken(created.get(1).getId());
		assertThat(list(request.build())).isEqualTo(created.subList(2, 4));
		delete(created.get(3).getId());
		request.setPageToken(created.get(3).getId());
		assertThat(list(request.build())).isEqualTo(created.subList(4, 5));
		request.setPageToken(created.get(4).getId());
		assertThat(list(request.build())).isEmpty();
	}

	@Test
	void listingHasOnlyTheCategoryThatIsAskedFor() {
		create(product("Lamp"));
		Product book = create(product("Book").toBuilder().setCategoryId("books").build());
		assertThat(list(ListProductsRequest.newBuilder().setCategory("books").build())).containsExactly(book);
		assertThat(list(ListProductsRequest.newBuilder().setCategory("").build())).isEmpty();
	}

	@Test
	void whenTheReaderIsSlowThenNothingIsReadAheadOfIt() {
		int page = PageCursor.PAGE_SIZE;
		this.store.create(IntStream.range(0, 2 * page + 1)
			.mapToObj((i) -> new NewProduct("Lamp", BigDecimal.TEN, "home", List.of()))
			.toList());
		RecordedResponses<ListProductsRequest, Product> responses = RecordedResponses.onDemand();
		this.server.stub().listProducts(ListProductsRequest.getDefaultInstance(), responses);
		assertThat(this.pagesRead).hasValue(0);
		for (int i = 0; i < page; i++) {
			responses.read(1);
		}
		assertThat(responses.messages).hasSize(page);
		assertThat(this.pagesRead).hasValue(1);
		responses.read(1);
		assertThat(responses.messages).hasSize(page + 1);
		assertThat(this.pagesRead).hasValue(2);
		responses.read(page);
		assertThat(this.pagesRead).hasValue(3);
		assertThat(responses.status).isNull();
		responses.read(1);
		assertThat(responses.messages).hasSize(2 * page + 1).extracting(Product::getId).isSorted();
		assertThat(responses.status).isEqualTo(Status.OK);
	}

	@Test
	void whenTheReaderCancelsThenNothingIsReadAnyMore() {
		this.store.create(IntStream.range(0, PageCursor.PAGE_SIZE + 1)
			.mapToObj((i) -> new NewProduct("Lamp", BigDecimal.TEN, "home", List.of()))
			.toList());
		RecordedResponses<ListProductsRequest, Product> responses = RecordedResponses.onDemand();
		this.server.stub().listProducts(ListProductsRequest.getDefaultInstance(), responses);
		responses.read(PageCursor.PAGE_SIZE);
		responses.cancel();
		assertThat(responses.messages).hasSize(PageCursor.PAGE_SIZE);
		assertThat(this.pagesRead).hasValue(1);
	}

	@Test
	void whenAPageIsAskedForThenNotMoreThanThatIsRead() {
		create(product("Lamp"));
		create(product("Lamp"));
		assertThat(list(ListProductsRequest.newBuilder().setPageSize(2).build())).hasSize(2);
		assertThat(this.pagesRead).hasValue(1);
	}

	@Test
	void whenABatchIsGoodThenAllOfItIsStored() {
		RecordedResponses<CreateProductRequest, BatchCreateResponse> responses = RecordedResponses.eager();
		StreamObserver<CreateProductRequest> requests = this.server.stub().batchCreateProducts(responses);
		requests.onNext(product("Lamp"));
		requests.onNext(product("Table"));
		assertThat(list(ListProductsRequest.getDefaultInstance())).isEmpty();
		requests.onCompleted();
		assertThat(responses.status).isEqualTo(Status.OK);
		BatchCreateResponse response = responses.messages.get(0);
		assertThat(response.getCreatedCount()).isEqualTo(2);
		assertThat(response.getProductsList()).extracting(Product::getName).containsExactly("Lamp", "Table");
		assertThat(list(ListProductsRequest.getDefaultInstance())).isEqualTo(response.getProductsList());
	}

	@Test
	void whenABatchIsEmptyThenNothingIsCreated() {
		RecordedResponses<CreateProductRequest, BatchCreateResponse> responses = RecordedResponses.eager();
		this.server.stub().batchCreateProducts(responses).onCompleted();
		assertThat(responses.messages).containsExactly(BatchCreateResponse.getDefaultInstance());
	}

	@Test
	void whenOneProductOfABatchBreaksRulesThenNoneIsStoredAndItIsNamed() {
		RecordedResponses<CreateProductRequest, BatchCreateResponse> responses = RecordedResponses.eager();
		StreamObserver<CreateProductRequest> requests = this.server.stub().batchCreateProducts(responses);
		requests.onNext(product("Lamp"));
		requests.onNext(product("").toBuilder().setPrice(-1).build());
		requests.onNext(product("Table"));
		requests.onNext(product("Chair").toBuilder().setCategoryId("").build());
		requests.onCompleted();
		assertThat(responses.status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
		assertThat(responses.status.getDescription()).contains("requests[1].name", "requests[1].price",
				"requests[3].category_id");
		assertThat(list(ListProductsRequest.getDefaultInstance())).isEmpty();
	}

	@Test
	void whenABatchIsTooLargeThenItIsRefusedAndNoneIsStored() {
		RecordedResponses<CreateProductRequest, BatchCreateResponse> responses = RecordedResponses.eager();
		StreamObserver<CreateProductRequest> requests = this.server.stub().batchCreateProducts(responses);
		for (int i = 0; i < ProductBatch.MAX_PRODUCTS; i++) {
			requests.onNext(product("Lamp"));
		}
		assertThat(responses.status).isNull();
		requests.onNext(product("Lamp"));
		assertThat(responses.status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
		assertThat(responses.status.getDescription()).isEqualTo("requests must be at most 1000");
		assertThat(list(ListProductsRequest.getDefaultInstance())).isEmpty();
	}

	@Test
	void whenTheClientOfABatchCancelsThenNoneIsStored() {
		RecordedResponses<CreateProductRequest, BatchCreateResponse> responses = RecordedResponses.eager();
		this.server.stub().batchCreateProducts(responses).onNext(product("Lamp"));
		responses.cancel();
		assertThat(list(ListProductsRequest.getDefaultInstance())).isEmpty();
	}

	private Product create(CreateProductRequest request) {
		return this.server.blockingStub().createProduct(request);
	}

	private Product get(String id) {
		return this.server.blockingStub().getProduct(GetProductRequest.newBuilder().setId(id).build());
	}

	private void delete(String id) {
		this.server.blockingStub().deleteProduct(DeleteProductRequest.newBuilder().setId(id).build());
	}

	private List<Product> list(ListProductsRequest request) {
		Iterator<Product> products = this.server.blockingStub().listProducts(request);
		Iterable<Product> iterable = () -> products;
		return StreamSupport.stream(iterable.spliterator(), false).toList();
	}

	private static CreateProductRequest product(String name) {
		return CreateProductRequest.newBuilder()
			.setName(name)
			.setPrice(19.99)
			.setCategoryId("home")
			.addTags("new")
			.addTags("light")
			.build();
	}

	private static StatusRuntimeException failure(Runnable call) {
		StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call::run);
		assertThat(failure).isNotNull();
		return failure;
	}

	private static List<String> fields(StatusRuntimeException failure) {
		return GrpcErrors.from(failure).violations().stream().map(GrpcErrors.Violation::field).toList();
	}

}
