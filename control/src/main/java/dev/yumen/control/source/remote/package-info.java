/**
 * Places on other machines that hold the configuration for any number of gateways, each a {@link
 * dev.yumen.control.source.DocumentStore} over the documented HTTP interface of its server: {@link
 * dev.yumen.control.source.remote.EtcdStore}, {@link dev.yumen.control.source.remote.ConsulStore},
 * {@link dev.yumen.control.source.remote.NacosStore} and {@link
 * dev.yumen.control.source.remote.HttpStore}. {@link dev.yumen.control.source.remote.Calls} sends
 * their requests, {@link dev.yumen.control.source.remote.StoredBytes} is the form of a document
 * there.
 */
@NullMarked
package dev.yumen.control.source.remote;

import org.jspecify.annotations.NullMarked;
