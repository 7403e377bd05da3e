package io.github.grpcpatterns.sample.product;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

import org.jspecify.annotations.Nullable;

import io.github.grpcpatterns.sample.product.v1.ListProductsRequest;
import io.github.grpcpatterns.sample.product.v1.Product;

/**
 * Goes through the products of a listing, in the order of their ids, and reads the next
 * page from the store only when the one before is used up. Nothing is open between two
 * pages, so a cursor may be left at any place, for any time: while a client is slow, no
 * thread waits for it, nothing is read for it, and at most one page is held. Not for use
 * by several threads at once.
 */
final class ProductCursor implements Iterator<Product> {

	/** How many products are read at once, and so held in memory for one listing. */
	static final int PAGE_SIZE = 500;

	private final ProductStore store;

	private final @Nullable String category;

	private String last;

	// How many more products are wanted at most, those of the current page left out
	private long wanted;

	private Iterator<StoredProduct> page = List.<StoredProduct>of().iterator();

	ProductCursor(ProductStore store, ListProductsRequest request) {
		this.store = store;
		this.category = request.hasCategory() ? request.getCategory() : null;
		this.last = request.getPageToken();
		this.wanted = (request.getPageSize() > 0) ? request.getPageSize() : Long.MAX_VALUE;
	}

	@Override
	public boolean hasNext() {
		if (!this.page.hasNext() && this.wanted > 0) {
			int limit = (int) Math.min(this.wanted, PAGE_SIZE);
			List<StoredProduct> read = this.store.page(this.category, this.last, limit);
			this.wanted = (read.size() == limit) ? this.wanted - limit : 0;
			this.page = read.iterator();
		}
		return this.page.hasNext();
	}

	@Override
	public Product next() {
		if (!hasNext()) {
			throw new NoSuchElementException();
		}
		StoredProduct product = this.page.next();
		this.last = product.id();
		return ProductMessages.product(product);
	}

}
