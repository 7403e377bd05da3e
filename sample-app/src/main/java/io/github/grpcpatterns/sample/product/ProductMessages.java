package io.github.grpcpatterns.sample.product;

import java.time.Instant;

import com.google.protobuf.Timestamp;
import io.github.grpcpatterns.sample.product.v1.PriceUpdate;
import io.github.grpcpatterns.sample.product.v1.Product;

/**
 * Turns what is stored into what is sent.
 */
final class ProductMessages {

	private ProductMessages() {
	}

	static Product product(StoredProduct product) {
		return Product.newBuilder()
			.setId(product.id())
			.setName(product.name())
			.setPrice(product.price().doubleValue())
			.setCategory(product.category())
			.setInStock(product.inStock())
			.setCreatedAt(timestamp(product.createdAt().toInstant()))
			.addAllTags(product.tags())
			.build();
	}

	static PriceUpdate priceUpdate(NumberedPrice update) {
		Price price = update.price();
		return PriceUpdate.newBuilder()
			.setProductId(price.productId())
			.setNewPrice(price.amount().doubleValue())
			.setUpdatedAt(timestamp(price.since()))
			.setSequence(update.sequence())
			.build();
	}

	private static Timestamp timestamp(Instant instant) {
		return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).setNanos(instant.getNano()).build();
	}

}
