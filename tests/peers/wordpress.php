<?php
// Install a site into an empty database and print its people with an application password each.
// Runs once on the command line; the site itself is served by PHP's own server.
define( 'WP_INSTALLING', true );
$_SERVER['HTTP_HOST'] = $argv[1];
require __DIR__ . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install( 'Harbour & Pine', 'owner', 'owner@site.test', true, '', 'own-password' );
update_option( 'permalink_structure', '/%postname%/' );
update_option( 'uploads_use_yearmonth_folders', 0 );
wp_insert_term( 'Boats', 'category' );

$people = array();
foreach ( array( 'administrator', 'editor', 'author', 'contributor', 'subscriber' ) as $role ) {
	$user = 'administrator' === $role
		? get_user_by( 'login', 'owner' )->ID
		: wp_insert_user( array( 'user_login' => $role, 'user_pass' => 'own-password', 'user_email' => "$role@site.test", 'role' => $role ) );
	$made = WP_Application_Passwords::create_new_application_password( $user, array( 'name' => 'warren' ) );
	$people[ $role ] = array( 'user' => get_userdata( $user )->user_login, 'password' => $made[0] );
}
echo json_encode( $people );
